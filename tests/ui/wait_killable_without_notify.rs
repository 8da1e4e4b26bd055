use seccomptime::{Policy, policy};

static WORKER: Policy = policy!(allow(@rust-main, @rust-panic), flags(wait_killable));

fn main() {}
