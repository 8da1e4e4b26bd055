//! What is notified of: calls that only read an id, so that each answer can be told from the kernel's own.

use seccomptime::{NotifyPolicy, Policy, policy};

pub static PARENT: NotifyPolicy = policy!(notify(getppid), default = allow);
pub static PARENT_KILLABLE: NotifyPolicy =
    policy!(notify(getppid), default = allow, flags(wait_killable, log));
pub static IDS: NotifyPolicy = policy!(
    notify(getppid, getpgid, getsid, getuid, getgid),
    // There they do the same.
    arch(i686, arm: notify(getuid32, getgid32)),
    default = allow
);
/// Nothing but what is asked, said, and the end.
pub static NARROW: NotifyPolicy = policy!(
    notify(getppid),
    allow(write(fd == 1), exit_group),
    default = kill_process,
);
pub static ALL_THREADS: NotifyPolicy = policy!(notify(getppid), default = allow, flags(tsync));
pub static NO_CLOSE: NotifyPolicy =
    policy!(notify(getppid), errno(EPERM: close), default = allow, waive(io_uring: "none is made"));
pub static NO_SENDMSG: NotifyPolicy = policy!(
    notify(getppid),
    errno(EPERM: sendmsg, sendto, sendmmsg),
    // There it does what they do.
    arch(i686, s390x: errno(EPERM: socketcall)),
    default = allow,
    waive(io_uring: "none is made"),
);
/// The question how large the kernel's structs are.
pub static NO_SIZES: Policy = policy!(kill_process(seccomp(op == 3)), default = allow);
/// A handler's return is asked for, too.
pub static HANDLERS: NotifyPolicy = policy!(notify(getppid, rt_sigreturn), default = allow);
pub static REPLACED: NotifyPolicy = policy!(
    notify(getppid),
    default = allow,
    unknown = notify or errno(EPERM),
);
pub static ELSEWHERE: Policy = policy!(errno(EPERM: getsid), default = allow);
