use seccomptime::{Policy, policy};

static POLICY: Policy = policy!(
    allow(exit_group, rt_sigreturn, rt_sigaction(sig in 1..=31)),
    trap(getppid)
);

fn main() {}
