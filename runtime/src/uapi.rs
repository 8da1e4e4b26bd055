//! The kernel's numbers. The same on every arch; not every libc has them all, and none has them off Linux.

// linux/seccomp.h: operations of seccomp(2)
pub(crate) const SECCOMP_SET_MODE_FILTER: u32 = 1;
pub(crate) const SECCOMP_GET_ACTION_AVAIL: u32 = 2;
pub(crate) const SECCOMP_GET_NOTIF_SIZES: u32 = 3;

// linux/seccomp.h: flags of SECCOMP_SET_MODE_FILTER
pub(crate) const SECCOMP_FILTER_FLAG_TSYNC: u32 = 1 << 0;
pub(crate) const SECCOMP_FILTER_FLAG_LOG: u32 = 1 << 1;
pub(crate) const SECCOMP_FILTER_FLAG_SPEC_ALLOW: u32 = 1 << 2;
pub(crate) const SECCOMP_FILTER_FLAG_NEW_LISTENER: u32 = 1 << 3;
pub(crate) const SECCOMP_FILTER_FLAG_TSYNC_ESRCH: u32 = 1 << 4;
pub(crate) const SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: u32 = 1 << 5;

// linux/seccomp.h: what a program returns
pub(crate) const SECCOMP_RET_KILL_PROCESS: u32 = 0x8000_0000;
pub(crate) const SECCOMP_RET_KILL_THREAD: u32 = 0x0000_0000;
pub(crate) const SECCOMP_RET_TRAP: u32 = 0x0003_0000;
pub(crate) const SECCOMP_RET_ERRNO: u32 = 0x0005_0000;
pub(crate) const SECCOMP_RET_USER_NOTIF: u32 = 0x7fc0_0000;
pub(crate) const SECCOMP_RET_TRACE: u32 = 0x7ff0_0000;
pub(crate) const SECCOMP_RET_LOG: u32 = 0x7ffc_0000;
pub(crate) const SECCOMP_RET_ALLOW: u32 = 0x7fff_0000;
pub(crate) const SECCOMP_RET_ACTION_FULL: u32 = 0xffff_0000;
pub(crate) const SECCOMP_RET_DATA: u32 = 0x0000_ffff;

// linux/seccomp.h: struct seccomp_data
pub(crate) const SECCOMP_DATA_NR: u32 = 0;
pub(crate) const SECCOMP_DATA_ARCH: u32 = 4;
pub(crate) const SECCOMP_DATA_ARGS: u32 = 16;
pub(crate) const SECCOMP_DATA_SIZE: u32 = 64;

// linux/prctl.h, linux/seccomp.h
pub(crate) const PR_GET_NAME: i32 = 16;
pub(crate) const PR_SET_SECCOMP: i32 = 22;
pub(crate) const SECCOMP_MODE_FILTER: u32 = 2;
pub(crate) const PR_SET_NO_NEW_PRIVS: i32 = 38;
pub(crate) const PR_GET_NO_NEW_PRIVS: i32 = 39;

// linux/bpf_common.h, linux/filter.h: the instructions that our programs consist of
pub(crate) const BPF_LD_W_ABS: u16 = 0x20;
pub(crate) const BPF_JMP_JA: u16 = 0x05;
pub(crate) const BPF_JMP_JEQ_K: u16 = 0x15;
pub(crate) const BPF_JMP_JGT_K: u16 = 0x25;
pub(crate) const BPF_JMP_JGE_K: u16 = 0x35;
pub(crate) const BPF_JMP_JSET_K: u16 = 0x45;
pub(crate) const BPF_ALU_AND_K: u16 = 0x54;
pub(crate) const BPF_ALU_XOR_K: u16 = 0xa4;
pub(crate) const BPF_RET_K: u16 = 0x06;
pub(crate) const BPF_MAXINSNS: usize = 4096;

// linux/sched.h: TASK_COMM_LEN, the room for a thread's name
pub(crate) const THREAD_NAME: usize = 16;

/// Some of the kernel's numbers and layouts are mips's own.
pub(crate) const IS_MIPS: bool = cfg!(any(
    target_arch = "mips",
    target_arch = "mips32r6",
    target_arch = "mips64",
    target_arch = "mips64r6"
));

// asm-generic/signal.h, asm/signal.h of mips: the bytes of a set of signals, _NSIG / 8
pub(crate) const SIGNAL_SET: u8 = if IS_MIPS { 16 } else { 8 };

// linux/audit.h: set in the audit arch of every ABI that passes 64-bit registers
pub(crate) const AUDIT_ARCH_64BIT: u32 = 0x8000_0000;

// linux/errno.h: MAX_ERRNO, above which SECCOMP_RET_ERRNO's data is clamped
pub(crate) const MAX_ERRNO: u16 = 4095;
