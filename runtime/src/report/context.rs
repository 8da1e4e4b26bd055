//! The registers of a thread at a call that a filter denied, where the kernel put them for the handler.
//!
//! Before it sends SIGSYS the kernel sets them as they were before the call (`syscall_rollback()`), but for the program counter, which
//! stands behind the call's instruction. On s390x it then puts an errno where the first argument was: there the call can't be made
//! again, since with another argument it may be one that the policy permits.

use core::ffi::c_int;

use crate::uapi::IS_MIPS;

/// What the kernel tells of the signal: `struct siginfo` with `_sigsys`, asm-generic/siginfo.h.
#[repr(C)]
pub(crate) struct Info {
    signal: c_int,
    /// `si_errno`, and on mips `si_code`.
    second: c_int,
    third: c_int,
    call_address: usize,
    pub(crate) nr: c_int,
    pub(crate) audit_arch: u32,
}

/// `SYS_SECCOMP`, asm-generic/siginfo.h
const SYS_SECCOMP: c_int = 1;

impl Info {
    /// Whether a filter sent the signal, and not somebody with kill(2).
    pub(crate) fn is_from_a_filter(&self) -> bool {
        let code = if IS_MIPS { self.second } else { self.third };
        code == SYS_SECCOMP
    }
}

pub(crate) use registers::{Context, args, go_back};

#[cfg(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    any(target_env = "gnu", target_env = "musl", target_os = "android")
))]
mod registers {
    pub(crate) use libc::ucontext_t as Context;
    use libc::{
        REG_R8, REG_R9, REG_R10, REG_RBP, REG_RBX, REG_RCX, REG_RDI, REG_RDX, REG_RIP, REG_RSI,
    };

    /// `AUDIT_ARCH_I386`, linux/audit.h
    const I386: u32 = 0x4000_0003;
    /// Both `syscall` and `int 0x80` have two bytes.
    const INSTRUCTION: i64 = 2;

    /// The arguments of the call.
    pub(crate) fn args(context: &Context, audit_arch: u32) -> Option<[u64; 6]> {
        let places = match audit_arch {
            I386 => [REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_RBP],
            _ => [REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9],
        };
        Some(places.map(|place| context.uc_mcontext.gregs[place as usize] as u64))
    }

    /// To the call's instruction; the signals that are blocked there.
    pub(crate) fn go_back(context: &mut Context) -> Option<&mut libc::sigset_t> {
        context.uc_mcontext.gregs[REG_RIP as usize] -= INSTRUCTION;
        Some(&mut context.uc_sigmask)
    }
}

#[cfg(all(target_arch = "x86", any(target_env = "gnu", target_os = "android")))]
mod registers {
    pub(crate) use libc::ucontext_t as Context;
    use libc::{REG_EBP, REG_EBX, REG_ECX, REG_EDI, REG_EDX, REG_EIP, REG_ESI};

    /// `int 0x80`, which is also where `sysenter` comes back to.
    const INSTRUCTION: i32 = 2;

    /// The arguments of the call.
    pub(crate) fn args(context: &Context, _: u32) -> Option<[u64; 6]> {
        let places = [REG_EBX, REG_ECX, REG_EDX, REG_ESI, REG_EDI, REG_EBP];
        Some(places.map(|place| u64::from(context.uc_mcontext.gregs[place as usize] as u32)))
    }

    /// To the call's instruction; the signals that are blocked there.
    pub(crate) fn go_back(context: &mut Context) -> Option<&mut libc::sigset_t> {
        context.uc_mcontext.gregs[REG_EIP as usize] -= INSTRUCTION;
        Some(&mut context.uc_sigmask)
    }
}

#[cfg(all(
    target_arch = "aarch64",
    target_pointer_width = "64",
    any(target_env = "gnu", target_env = "musl", target_os = "android")
))]
mod registers {
    pub(crate) use libc::ucontext_t as Context;

    const INSTRUCTION: u64 = 4;

    /// The arguments of the call, in x0 to x5; those of a 32-bit program are in r0 to r5, which are the same.
    pub(crate) fn args(context: &Context, _: u32) -> Option<[u64; 6]> {
        context.uc_mcontext.regs.first_chunk().copied()
    }

    /// To the call's instruction; the signals that are blocked there.
    pub(crate) fn go_back(context: &mut Context) -> Option<&mut libc::sigset_t> {
        context.uc_mcontext.pc -= INSTRUCTION;
        Some(&mut context.uc_sigmask)
    }
}

#[cfg(all(target_arch = "arm", target_env = "gnu"))]
mod registers {
    pub(crate) use libc::ucontext_t as Context;

    /// The bit of the status register that says Thumb, where instructions of this kind have two bytes.
    const THUMB: u32 = 1 << 5;

    /// The arguments of the call.
    pub(crate) fn args(context: &Context, _: u32) -> Option<[u64; 6]> {
        let registers = &context.uc_mcontext;
        let args = [
            registers.arm_r0,
            registers.arm_r1,
            registers.arm_r2,
            registers.arm_r3,
            registers.arm_r4,
            registers.arm_r5,
        ];
        Some(args.map(u64::from))
    }

    /// To the call's instruction; the signals that are blocked there.
    pub(crate) fn go_back(context: &mut Context) -> Option<&mut libc::sigset_t> {
        let is_thumb = context.uc_mcontext.arm_cpsr & THUMB != 0;
        context.uc_mcontext.arm_pc -= if is_thumb { 2 } else { 4 };
        Some(&mut context.uc_sigmask)
    }
}

#[cfg(all(target_arch = "riscv64", any(target_env = "gnu", target_env = "musl")))]
mod registers {
    pub(crate) use libc::ucontext_t as Context;

    /// The program counter stands where x0, which is always 0, would.
    const PC: usize = 0;
    /// x10.
    const A0: usize = 10;
    const INSTRUCTION: u64 = 4;

    /// The arguments of the call.
    pub(crate) fn args(context: &Context, _: u32) -> Option<[u64; 6]> {
        let registers = context.uc_mcontext.__gregs.get(A0..)?;
        registers.first_chunk().copied()
    }

    /// To the call's instruction; the signals that are blocked there.
    pub(crate) fn go_back(context: &mut Context) -> Option<&mut libc::sigset_t> {
        context.uc_mcontext.__gregs[PC] -= INSTRUCTION;
        Some(&mut context.uc_sigmask)
    }
}

#[cfg(all(target_arch = "loongarch64", target_env = "gnu"))]
mod registers {
    pub(crate) use libc::ucontext_t as Context;

    /// r4.
    const A0: usize = 4;
    const INSTRUCTION: u64 = 4;

    /// The arguments of the call.
    pub(crate) fn args(context: &Context, _: u32) -> Option<[u64; 6]> {
        let registers = context.uc_mcontext.__gregs.get(A0..)?;
        registers.first_chunk().copied()
    }

    /// To the call's instruction; the signals that are blocked there.
    pub(crate) fn go_back(context: &mut Context) -> Option<&mut libc::sigset_t> {
        context.uc_mcontext.__pc -= INSTRUCTION;
        Some(&mut context.uc_sigmask)
    }
}

#[cfg(not(any(
    all(
        target_arch = "x86_64",
        target_pointer_width = "64",
        any(target_env = "gnu", target_env = "musl", target_os = "android")
    ),
    all(target_arch = "x86", any(target_env = "gnu", target_os = "android")),
    all(
        target_arch = "aarch64",
        target_pointer_width = "64",
        any(target_env = "gnu", target_env = "musl", target_os = "android")
    ),
    all(target_arch = "arm", target_env = "gnu"),
    all(target_arch = "riscv64", any(target_env = "gnu", target_env = "musl")),
    all(target_arch = "loongarch64", target_env = "gnu"),
)))]
mod registers {
    /// Where the registers are isn't known here.
    pub(crate) struct Context {
        _opaque: [u8; 0],
    }

    /// The arguments of the call: unknown.
    pub(crate) fn args(_: &Context, _: u32) -> Option<[u64; 6]> {
        None
    }

    /// To the call's instruction: it can't be done.
    pub(crate) fn go_back(_: &mut Context) -> Option<&mut libc::sigset_t> {
        None
    }
}
