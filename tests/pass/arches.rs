//! What is wrong on arches that aren't built is nobody's business here.

#![deny(warnings)]

use sandbox::{Policy, policy, seccomp};

const CONDITIONED: Policy = policy!(
    allow(@rust-main),
    arch(x86_64, aarch64: allow(getppid)),
    arch(arm, riscv32: allow(ioctl, ptrace, prctl, execve)),
    forbid(execve),
    crate = ::sandbox,
);

#[seccomp(arch(x86_64, aarch64: allow(@rust-main, @rust-panic, @stdio)), crate = ::sandbox)]
fn main() {
    println!("{}", CONDITIONED.decide(sandbox::nr::PTRACE, [0; 6]).action());
}
