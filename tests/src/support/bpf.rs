//! Outer filters: installed before the code under test, they decide what it hears from the kernel.
//! Written by hand, instruction by instruction, so that they share nothing with what they test.

use super::checked;
use seccomptime_compiler::plain::Plain;
use std::io;
use std::mem::offset_of;
use std::os::fd::{FromRawFd, OwnedFd};

/// The kernel's `struct seccomp_data` (linux/seccomp.h).
#[repr(C)]
struct Data {
    nr: u32,
    arch: u32,
    instruction_pointer: u64,
    args: [u64; 6],
}

/// `AUDIT_ARCH_*` of this machine's own calls (linux/audit.h).
pub const NATIVE_ARCH: u32 = if cfg!(target_arch = "x86_64") {
    AUDIT_ARCH_X86_64
} else if cfg!(target_arch = "x86") {
    AUDIT_ARCH_I386
} else if cfg!(target_arch = "aarch64") {
    AUDIT_ARCH_AARCH64
} else if cfg!(all(target_arch = "arm", target_endian = "little")) {
    AUDIT_ARCH_ARM
} else if cfg!(target_arch = "riscv64") {
    AUDIT_ARCH_RISCV64
} else if cfg!(target_arch = "s390x") {
    AUDIT_ARCH_S390X
} else {
    panic!("give this arch its audit arch")
};
/// 32-bit calls of x86, on x86_64 made by `int 0x80`.
pub const AUDIT_ARCH_I386: u32 = 0x4000_0003;
const AUDIT_ARCH_X86_64: u32 = 0xc000_003e;
const AUDIT_ARCH_AARCH64: u32 = 0xc000_00b7;
const AUDIT_ARCH_ARM: u32 = 0x4000_0028;
const AUDIT_ARCH_RISCV64: u32 = 0xc000_00f3;
const AUDIT_ARCH_S390X: u32 = 0x8000_0016;

/// Return values (linux/seccomp.h); the low 16 bits are data.
pub const ALLOW: u32 = 0x7fff_0000;
/// Made and logged.
pub const LOG: u32 = 0x7ffc_0000;
/// A tracer decides; without one the call answers ENOSYS.
pub const TRACE: u32 = 0x7ff0_0000;
/// A supervisor decides.
pub const NOTIFY: u32 = 0x7fc0_0000;
const ERRNO: u32 = 0x0005_0000;

/// The return value that answers with an errno; 0 is a success that did nothing.
pub fn errno(value: i32) -> u32 {
    ERRNO | u32::try_from(value).expect("errnos are positive")
}

/// What must hold of the low word of an argument.
#[derive(Clone, Copy)]
pub enum When {
    /// It is this value.
    Is(usize, u32),
    /// It has one of these bits.
    Has(usize, u32),
}

/// A filter in the making: rules in order, the first that holds decides.
pub struct Outer {
    program: Vec<libc::sock_filter>,
    otherwise: u32,
}

const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
const IF_EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const IF_BITS: u32 = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
const RETURN: u32 = libc::BPF_RET | libc::BPF_K;

impl Outer {
    /// Calls that no rule names get `otherwise`; calls of another arch get `foreign`.
    pub fn new(otherwise: u32, foreign: u32) -> Self {
        let program = vec![
            instruction(LOAD, offset(offset_of!(Data, arch)), 0, 0),
            instruction(IF_EQUAL, NATIVE_ARCH, 1, 0),
            instruction(RETURN, foreign, 0, 0),
        ];
        Self { program, otherwise }
    }

    /// A filter that lets everything pass which no rule names.
    pub fn passing() -> Self {
        Self::new(ALLOW, ALLOW)
    }

    /// A rule: this call, under all of these conditions, gets `action`.
    pub fn rule(mut self, nr: libc::c_long, conditions: &[When], action: u32) -> Self {
        let number = u32::try_from(nr).expect("a call of this arch");
        // Each test skips to behind the rule where it fails: the tests and loads after it, and the return.
        let mut skip = u8::try_from(2 * conditions.len() + 1).expect("six arguments at most");
        self.push(LOAD, offset(offset_of!(Data, nr)), 0, 0);
        self.push(IF_EQUAL, number, 0, skip);
        for condition in conditions {
            skip -= 2;
            let (test, arg, value) = match *condition {
                When::Is(arg, value) => (IF_EQUAL, arg, value),
                When::Has(arg, bits) => (IF_BITS, arg, bits),
            };
            self.push(LOAD, low_word(arg), 0, 0);
            self.push(test, value, 0, skip);
        }
        self.push(RETURN, action, 0, 0);
        self
    }

    fn push(&mut self, code: u32, k: u32, then: u8, otherwise: u8) {
        self.program.push(instruction(code, k, then, otherwise));
    }

    /// The finished program, to be installed in a child.
    pub fn build(mut self) -> Program {
        self.push(RETURN, self.otherwise, 0, 0);
        Program(self.program)
    }
}

/// A finished program.
#[derive(Clone)]
pub struct Program(Vec<libc::sock_filter>);

impl Program {
    /// A program of this length that lets everything pass.
    pub fn of_length(length: usize) -> Program {
        Program(vec![instruction(RETURN, ALLOW, 0, 0); length])
    }

    /// A program that somebody else made.
    pub fn of(instructions: &[Plain]) -> Program {
        let instructions = instructions.iter();
        Program(
            instructions
                .map(|&Plain { code, jt, jf, k }| libc::sock_filter { code, jt, jf, k })
                .collect(),
        )
    }

    /// Installs the program on the calling thread, for good. Allocates nothing on the good path. Leaves no_new_privs as it is
    /// where the process may, so that the code under test finds it unset.
    pub fn install(&self) -> io::Result<()> {
        self.install_with(0).map(drop)
    }

    /// The same, and gives the descriptor by which [`NOTIFY`] is answered.
    pub fn install_listening(&self) -> io::Result<OwnedFd> {
        let fd = self.install_with(libc::SECCOMP_FILTER_FLAG_NEW_LISTENER)?;
        let fd = libc::c_int::try_from(fd).expect("a descriptor");
        // SAFETY: the descriptor is new and nobody else's.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    }

    fn install_with(&self, flags: libc::c_ulong) -> io::Result<libc::c_long> {
        match self.load(flags) {
            Err(error) if error.raw_os_error() == Some(libc::EACCES) => {
                // SAFETY: five integers.
                checked(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) })?;
                self.load(flags)
            }
            done => done,
        }
    }

    fn load(&self, flags: libc::c_ulong) -> io::Result<libc::c_long> {
        let program = libc::sock_fprog {
            len: u16::try_from(self.0.len()).expect("a short program"),
            filter: self.0.as_ptr().cast_mut(),
        };
        // SAFETY: the kernel copies the program, which lives in `self`, during the call and writes nothing through the pointer.
        checked(unsafe {
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                flags,
                &raw const program,
            )
        })
    }
}

fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter {
        code: u16::try_from(code).expect("opcodes are 16 bits"),
        jt,
        jf,
        k,
    }
}

fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("an offset in a struct of 64 bytes")
}

fn low_word(arg: usize) -> u32 {
    let half = if cfg!(target_endian = "big") {
        size_of::<u32>()
    } else {
        0
    };
    offset(offset_of!(Data, args) + arg * size_of::<u64>() + half)
}
