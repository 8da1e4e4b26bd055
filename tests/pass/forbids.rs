//! What is forbidden under conditions that rules keep out, whatever their own look like.

#![deny(warnings)]

use sandbox::{Policy, policy};

const HELD: [Policy; 4] = [
    policy!(allow(@rust-main, socket(family == AF_UNIX)), forbid(socket(family == AF_INET)), crate = ::sandbox),
    policy!(
        allow(@rust-main - mprotect, mprotect(prot & PROT_EXEC == 0)),
        forbid(mprotect(prot & PROT_EXEC != 0), pkey_mprotect),
        crate = ::sandbox,
    ),
    policy!(
        allow(@rust-main, kill),
        errno(EPERM: kill(sig > 15), tkill, tgkill, pidfd_send_signal, rt_sigqueueinfo, rt_tgsigqueueinfo),
        forbid(kill(sig == SIGSTOP || sig == SIGCONT)),
        crate = ::sandbox,
    ),
    policy!(
        allow(@rust-main, fcntl(cmd in [F_GETFL, F_GETFD], fd <= 2), fcntl(cmd == F_SETFL, arg == 0)),
        forbid(fcntl(cmd == F_SETFL, arg != 0), fcntl(cmd in [F_DUPFD, F_SETOWN], fd > 7)),
        crate = ::sandbox,
    ),
];

fn main() {
    println!("{}", HELD.len());
}
