//! Fresh processes: a child installs a filter, and tells its parent what came of it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::process;
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use libc::{c_int, c_long, c_longlong, c_void, sock_filter, sock_fprog};
use seccomptime_compiler::bpf::{JEQ_K, LD_W_ABS, OFFSET_NR, RET_K};

/// The longest message: a byte and `BPF_MAXINSNS` instructions.
const MESSAGE: usize = 1 + 4096 * size_of::<sock_filter>();

/// A child, and this process's end of the channel to it. It is killed when this goes.
pub struct Child {
    pid: libc::pid_t,
    channel: File,
}

impl Child {
    /// Starts one that runs `body`, which is given its end of the channel. This process has one thread, so that a child may do
    /// whatever its parent may.
    pub fn start(body: impl FnOnce(&File)) -> Child {
        let (ours, its) = channel();
        // SAFETY: there is one thread, and the child never returns from here.
        let pid = unsafe { libc::fork() };
        assert_ne!(pid, -1, "fork: {}", io::Error::last_os_error());
        if pid == 0 {
            drop(ours);
            end_with_the_parent();
            // A panic must not unwind into a copy of the parent.
            let unwinding = AbortOnDrop;
            body(&its);
            mem::forget(unwinding);
            wait_for_the_end(&its);
        }
        Child { pid, channel: ours }
    }

    /// Sends a message.
    pub fn say(&self, message: &[u8]) {
        let sent = (&self.channel).write_all(message);
        sent.expect("a child that listens");
    }

    /// The next message; a child that has ended says nothing.
    pub fn hear(&self) -> Vec<u8> {
        let mut message = vec![0; MESSAGE];
        let length = (&self.channel).read(&mut message);
        message.truncate(length.expect("the child's message"));
        message
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // SAFETY: `pid` is our own child, not yet waited for; the null pointer asks for no status.
        unsafe {
            libc::kill(self.pid, libc::SIGKILL);
            libc::waitpid(self.pid, ptr::null_mut(), 0);
        }
    }
}

/// Runs `body` in a child and returns the one message that it writes to the file it is given.
pub fn in_child(body: impl FnOnce(&File)) -> Vec<u8> {
    Child::start(body).hear()
}

/// A child whose parent is gone would wait for ever, or run.
fn end_with_the_parent() {
    // SAFETY: numbers alone.
    let set = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    assert_eq!(set, 0, "prctl: {}", io::Error::last_os_error());
}

struct AbortOnDrop;

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        process::abort();
    }
}

/// Under a filter that allows read and write alone a process can't end by itself.
fn wait_for_the_end(mut file: &File) -> ! {
    loop {
        // The parent kills us, whatever is read.
        let _ = file.read(&mut [0]);
    }
}

/// Two ends of a channel that keeps messages apart, and that read and write are enough for.
fn channel() -> (File, File) {
    let mut ends: [c_int; 2] = [-1; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: the kernel writes two descriptors during the call.
    let made = unsafe { libc::socketpair(libc::AF_UNIX, kind, 0, ends.as_mut_ptr()) };
    assert_eq!(made, 0, "socketpair: {}", io::Error::last_os_error());
    // SAFETY: the descriptors are new and nobody else's.
    let ends = ends.map(|end| File::from(unsafe { OwnedFd::from_raw_fd(end) }));
    ends.into()
}

/// `seccomp(SECCOMP_SET_MODE_FILTER, 0, program)` and nothing else; no_new_privs must be set.
pub fn seccomp_alone(program: &[sock_filter]) -> Result<(), String> {
    let program = sock_fprog {
        len: program.len().try_into().expect("a length of 16 bits"),
        filter: program.as_ptr().cast_mut(),
    };
    // SAFETY: the kernel reads the program during the call, keeps no pointer and writes nothing.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            0,
            &raw const program,
        )
    };
    match answer {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error().to_string()),
    }
}

/// Sets no_new_privs.
pub fn no_new_privs() {
    // SAFETY: numbers alone.
    let set = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    assert_eq!(set, 0, "prctl: {}", io::Error::last_os_error());
}

/// The program that `install` hands to the kernel, or why it hands none.
pub fn captured(install: impl FnOnce() -> Result<(), String>) -> Result<Vec<sock_filter>, String> {
    let message = in_child(|mut file| {
        CAPTURE_TO.store(file.as_raw_fd(), Ordering::Relaxed);
        trap_loads();
        if let Err(why) = install() {
            let message = [&[REFUSED], why.as_bytes()].concat();
            file.write_all(&message).expect("the parent listens");
        }
    });
    match message.split_first() {
        Some((&CAPTURED, program)) => Ok(program
            .chunks_exact(size_of::<sock_filter>())
            .map(read_instruction)
            .collect()),
        Some((_, why)) => Err(String::from_utf8_lossy(why).into_owned()),
        None => Err("nothing was loaded".to_owned()),
    }
}

fn read_instruction(bytes: &[u8]) -> sock_filter {
    sock_filter {
        code: u16::from_ne_bytes([bytes[0], bytes[1]]),
        jt: bytes[2],
        jf: bytes[3],
        k: u32::from_ne_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]),
    }
}

/// What a message begins with that holds a program, or the reason for none.
const CAPTURED: u8 = 0;
const REFUSED: u8 = 1;

/// Where the handler writes what would have been loaded.
static CAPTURE_TO: AtomicI32 = AtomicI32::new(-1);

/// Has every load of a filter by this process end in [`on_load`] in place of the kernel.
fn trap_loads() {
    // SAFETY: a zeroed sigaction is valid: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction =
        on_load as extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) as usize;
    action.sa_flags = libc::SA_SIGINFO;
    // SAFETY: the handler has the signature that SA_SIGINFO wants; the old action isn't asked for.
    let set = unsafe { libc::sigaction(libc::SIGSYS, &action, ptr::null_mut()) };
    assert_eq!(set, 0, "sigaction: {}", io::Error::last_os_error());
    no_new_privs();
    seccomp_alone(&TRAP_LOADS).expect("a filter of our own");
}

/// `SECCOMP_SET_MODE_FILTER` of seccomp(2) and `PR_SET_SECCOMP` of prctl(2) are trapped, all else is allowed.
const TRAP_LOADS: [sock_filter; 9] = {
    /// `offsetof(struct seccomp_data, args)`, the half that is the lower one here.
    const FIRST_ARGUMENT: u32 = 16;
    const fn op(code: u16, jt: u8, jf: u8, k: u32) -> sock_filter {
        sock_filter { code, jt, jf, k }
    }
    const fn word(number: c_long) -> u32 {
        let word = number as u32;
        assert!(word as c_long == number);
        word
    }
    [
        op(LD_W_ABS, 0, 0, OFFSET_NR),
        op(JEQ_K, 1, 0, word(libc::SYS_seccomp)),
        op(JEQ_K, 2, 5, word(libc::SYS_prctl)),
        op(LD_W_ABS, 0, 0, FIRST_ARGUMENT),
        op(JEQ_K, 2, 3, libc::SECCOMP_SET_MODE_FILTER),
        op(LD_W_ABS, 0, 0, FIRST_ARGUMENT),
        op(JEQ_K, 0, 1, word(libc::PR_SET_SECCOMP as c_long)),
        op(RET_K, 0, 0, libc::SECCOMP_RET_TRAP),
        op(RET_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
};

/// Stands in for the kernel: hands the program on, and says that it is in force. The null program, by which libraries ask
/// whether there is seccomp at all, gets the kernel's own answer.
extern "C" fn on_load(_: c_int, _: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: SA_SIGINFO's third argument is the interrupted context, ours until the handler returns.
    let registers = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
    // Of both calls the program is the third argument.
    let [third, answer] = [libc::REG_RDX, libc::REG_RAX].map(|r| usize::try_from(r).unwrap_or(0));
    let address = registers[third];
    let program = ptr::with_exposed_provenance::<sock_fprog>(usize::try_from(address).unwrap_or(0));
    if program.is_null() {
        registers[answer] = -c_longlong::from(libc::EFAULT);
        return;
    }
    // SAFETY: the caller of seccomp or prctl made the kernel the same promise: a program that lives until the call is over. writev
    // reads it, and the byte before it, and writes nothing.
    unsafe {
        let tag = CAPTURED;
        let parts = [
            libc::iovec {
                iov_base: (&raw const tag).cast_mut().cast(),
                iov_len: 1,
            },
            libc::iovec {
                iov_base: (*program).filter.cast(),
                iov_len: usize::from((*program).len) * size_of::<sock_filter>(),
            },
        ];
        libc::writev(CAPTURE_TO.load(Ordering::Relaxed), parts.as_ptr(), 2);
    }
    registers[answer] = 0;
}
