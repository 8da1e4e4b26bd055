use seccomptime::{Policy, policy};

static SERVER: Policy = policy!(allow(read, write, openat, exit, exit_group, rt_sigreturn));
static WORKER: Policy = policy!(allow(read, write, getpid, exit, exit_group, rt_sigreturn));

const _: () = assert!(
    WORKER.is_subset_of(&SERVER),
    "the worker may do what the server may not"
);

fn main() {}
