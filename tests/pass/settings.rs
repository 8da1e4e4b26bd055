//! Every setting that can be compiled, as a static, as a const, and in a module that is not the root.

#![deny(warnings)]

use sandbox::{Policy, policy};

mod inner {
    pub const LIMIT: u16 = 12;
    pub static POLICY: sandbox::Policy = sandbox::policy!(
        allow(@rust-main, syscall(1000)),
        kill_process(@chown - fchown),
        trap(LIMIT: ptrace),
        trace(super::LOWER + 1: getppid),
        arch(x86_64, aarch64: allow(getuid)),
        kill_thread(chroot),
        waive(kill_thread in chroot: "every verb"),
        waive(replaceable_handler: "nothing replaces it"),
        default = log or errno(EPERM) or kill_process,
        debug_default = log,
        foreign = kill_process,
        unknown = errno(ENOSYS),
        baseline = "6.12",
        forbid(@mount, @module),
        errno(EPERM: @mount - chroot, @module),
        flags(log, spec_allow),
        record = minimal,
        optimize = size,
        hot(getppid, @memory),
        on_error = continue,
        crate = ::sandbox,
    );
}

const LOWER: u8 = 4;
const NOTHING_TO_FIND: Policy = policy!(allow(@rust-main), record = none, crate = sandbox);

fn main() {
    let decided = |nr, value| inner::POLICY.decide(nr, [value; 6]);
    assert_eq!(decided(sandbox::nr::PTRACE, 0).data(), 12);
    assert_eq!(decided(sandbox::nr::GETPPID, 0).data(), 5);
    assert!(decided(1000, 0).is_allowed());
    assert!(decided(sandbox::nr::MOUNT, 0).is_denied());
    assert!(NOTHING_TO_FIND.decide(sandbox::nr::EXECVE, [0; 6]).is_denied());
    println!("{}", inner::POLICY);
}
