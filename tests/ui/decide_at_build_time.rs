// A policy that is checked at build time by its own author, and fails.
use seccomptime::{Policy, policy};

static WORKER: Policy = policy!(allow(exit, write, execve));

const _: () = assert!(
    WORKER.decide(seccomptime::nr::EXECVE, [0; 6]).is_denied(),
    "the worker must not execute anything"
);

fn main() {
    let _ = WORKER;
}
