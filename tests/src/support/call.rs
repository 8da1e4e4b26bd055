//! System calls made raw, with every bit of the number and the arguments as given.

use super::fork::{self, End};
use super::harness::Skip;
use super::unsigned;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// By which convention a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abi {
    /// This machine's own.
    Native,
    /// 32-bit x86's, which an x86_64 kernel serves too.
    I386,
}

/// A system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// By which convention.
    pub abi: Abi,
    /// The number as the filter sees it.
    pub nr: u32,
    /// The arguments; those of `I386` are cut to 32 bits.
    pub args: [u64; 6],
}

impl Call {
    /// A call of this machine's own.
    pub const fn native(nr: u32, args: [u64; 6]) -> Self {
        let abi = Abi::Native;
        Self { abi, nr, args }
    }

    /// A call by `int 0x80`.
    pub const fn i386(nr: u32, args: [u64; 6]) -> Self {
        let abi = Abi::I386;
        Self { abi, nr, args }
    }

    /// Makes it and gives the kernel's answer: a value, or an errno below zero.
    ///
    /// # Safety
    /// As the call: it may do anything to this process.
    pub unsafe fn make(&self) -> i64 {
        match self.abi {
            // SAFETY: the caller's promise.
            Abi::Native => unsafe { native(self.nr, self.args) },
            // SAFETY: the caller's promise.
            Abi::I386 => unsafe { i386(self.nr, self.args) },
        }
    }
}

/// A number as high as a filter sees and the kernel answers: s390x keeps 16 bits of it, arm ends who calls for a much higher one.
pub const LAST: u32 = if cfg!(any(target_arch = "s390x", target_arch = "arm")) {
    0xffff
} else {
    u32::MAX
};

/// Whether this kernel serves 32-bit calls to a 64-bit program.
pub fn i386_served() -> Result<(), Skip> {
    if cfg!(not(target_arch = "x86_64")) {
        return Err(Skip::because("only x86_64 has `int 0x80` as a foreign ABI"));
    }
    // SAFETY: getpid does nothing; where `int 0x80` isn't served it is a fault that ends the child.
    let end = fork::run(|| i32::from(unsafe { Call::i386(I386_GETPID, [0; 6]).make() } <= 0));
    match end {
        End::Exited(0) => Ok(()),
        _ => Err(Skip::because("this kernel serves no `int 0x80`")),
    }
}

/// `__NR_getpid` (asm/unistd_32.h).
pub const I386_GETPID: u32 = 20;

#[cfg(target_arch = "x86_64")]
unsafe fn native(nr: u32, args: [u64; 6]) -> i64 {
    let answer: i64;
    // SAFETY: the x86_64 convention (entry_64.S): number in rax, arguments in the six registers, rcx and r11 lost; the call's effect is
    // the caller's promise.
    unsafe {
        std::arch::asm!(
            "syscall",
            inlateout("rax") u64::from(nr) => answer,
            in("rdi") args[0],
            in("rsi") args[1],
            in("rdx") args[2],
            in("r10") args[3],
            in("r8") args[4],
            in("r9") args[5],
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack)
        );
    }
    answer
}

#[cfg(not(target_arch = "x86_64"))]
unsafe fn native(nr: u32, args: [u64; 6]) -> i64 {
    // A register each: the low word where registers are 32 bits wide.
    let [a, b, c, d, e, f] = args.map(|arg| {
        let bytes = arg.to_le_bytes();
        let mut word = [0; size_of::<usize>()];
        word.copy_from_slice(&bytes[..size_of::<usize>()]);
        usize::from_le_bytes(word)
    });
    // SAFETY: the call's effect is the caller's promise.
    let answer = unsafe { libc::syscall(libc::c_long::from(super::signed(nr)), a, b, c, d, e, f) };
    if answer == -1 {
        // SAFETY: the address of this thread's errno, always valid.
        -i64::from(unsafe { *libc::__errno_location() })
    } else {
        i64::from(answer)
    }
}

#[cfg(target_arch = "x86_64")]
unsafe fn i386(nr: u32, args: [u64; 6]) -> i64 {
    let answer: u64;
    // SAFETY: the i386 convention (entry_64_compat.S): number in eax, arguments in ebx, ecx, edx, esi, edi, ebp; rbx and rbp are the
    // compiler's, so they are swapped in and out, and nothing in between looks at memory; older kernels lose r8 to r11. The call's effect
    // is the caller's promise.
    unsafe {
        std::arch::asm!(
            "xchg {first}, rbx",
            "xchg {sixth}, rbp",
            "int 0x80",
            "xchg {sixth}, rbp",
            "xchg {first}, rbx",
            first = inout(reg) low_word(args[0]) => _,
            sixth = inout(reg) low_word(args[5]) => _,
            inlateout("rax") u64::from(nr) => answer,
            in("rcx") low_word(args[1]),
            in("rdx") low_word(args[2]),
            in("rsi") low_word(args[3]),
            in("rdi") low_word(args[4]),
            out("r8") _,
            out("r9") _,
            out("r10") _,
            out("r11") _,
            options(nostack)
        );
    }
    let [a, b, c, d, ..] = answer.to_le_bytes();
    i32::from_le_bytes([a, b, c, d]).into()
}

#[cfg(target_arch = "x86_64")]
const fn low_word(value: u64) -> u64 {
    value & 0xffff_ffff
}

#[cfg(not(target_arch = "x86_64"))]
unsafe fn i386(_: u32, _: [u64; 6]) -> i64 {
    unreachable!("only x86_64 has `int 0x80`")
}

/// Ends the process by a signal without asking the kernel, which may answer nothing any more.
pub fn trapping_end() -> ! {
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    // SAFETY: raises SIGILL, touches nothing.
    unsafe {
        std::arch::asm!("ud2", options(noreturn, nostack))
    }
    #[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
    // SAFETY: raises SIGILL, touches nothing.
    unsafe {
        std::arch::asm!("udf #0", options(noreturn, nostack))
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: raises SIGILL, touches nothing.
    unsafe {
        std::arch::asm!("unimp", options(noreturn, nostack))
    }
    #[cfg(target_arch = "s390x")]
    // SAFETY: raises SIGILL, touches nothing: no instruction of the arch begins with zeros.
    unsafe {
        std::arch::asm!(".short 0", options(noreturn, nostack))
    }
    #[cfg(not(any(
        target_arch = "x86_64",
        target_arch = "x86",
        target_arch = "aarch64",
        target_arch = "arm",
        target_arch = "riscv64",
        target_arch = "s390x"
    )))]
    std::process::abort()
}

/// What a SIGSYS told: the shared words that [`catch_sigsys`] fills, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trapped {
    /// `si_errno`: the action's data.
    pub data: u64,
    /// `si_syscall`.
    pub nr: u64,
    /// `si_arch`.
    pub arch: u64,
    /// `si_code`: SYS_SECCOMP where a filter raised it.
    pub code: u64,
}

/// How many words [`catch_sigsys`] fills, and how many come before what SIGSYS told.
pub const TRAPPED_WORDS: usize = 5;

impl Trapped {
    /// Reads what the handler of [`catch_sigsys`] wrote; nothing where no SIGSYS came.
    pub fn read(words: &[AtomicU64]) -> Option<Self> {
        let at = |index: usize| words[index].load(Ordering::SeqCst);
        (at(0) == 1).then(|| Self {
            data: at(1),
            nr: at(2),
            arch: at(3),
            code: at(4),
        })
    }
}

/// `SYS_SECCOMP` (asm-generic/siginfo.h).
pub const SYS_SECCOMP: u64 = 1;

static TRAPPED: AtomicPtr<AtomicU64> = AtomicPtr::new(std::ptr::null_mut());

/// The head of the kernel's siginfo for SIGSYS (asm-generic/siginfo.h).
#[repr(C)]
struct SigSys {
    signo: i32,
    errno: i32,
    code: i32,
    call_addr: usize,
    syscall: i32,
    arch: u32,
}

/// From now on a SIGSYS in this process is written to the words, and ends the process by another signal: returning from a handler is a
/// call that the filter may refuse.
pub fn catch_sigsys(words: &[AtomicU64]) {
    assert!(words.len() >= TRAPPED_WORDS, "too few words");
    TRAPPED.store(words.as_ptr().cast_mut(), Ordering::SeqCst);
    let handler: extern "C" fn(libc::c_int, *const SigSys, *const libc::c_void) -> ! = on_sigsys;
    // SAFETY: all zeros is a valid sigaction: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler as usize;
    action.sa_flags = libc::SA_SIGINFO;
    // SAFETY: the kernel reads the struct during the call; the handler only stores to atomics that outlive this process's life, as they
    // are a mapping that only the parent unmaps.
    let done = unsafe { libc::sigaction(libc::SIGSYS, &action, std::ptr::null_mut()) };
    assert_eq!(done, 0, "sigaction");
}

extern "C" fn on_sigsys(_: libc::c_int, info: *const SigSys, _: *const libc::c_void) -> ! {
    let words = TRAPPED.load(Ordering::SeqCst);
    // SAFETY: the kernel hands a valid siginfo for the time of the handler; for SIGSYS it has this head.
    let info = unsafe { &*info };
    let told = [
        1,
        u64::from(unsigned(info.errno)),
        u64::from(unsigned(info.syscall)),
        u64::from(info.arch),
        u64::from(unsigned(info.code)),
    ];
    for (index, value) in told.into_iter().enumerate() {
        // SAFETY: `catch_sigsys` checked that so many words are there; the child's mapping of them is never unmapped.
        unsafe { &*words.add(index) }.store(value, Ordering::SeqCst);
    }
    trapping_end()
}
