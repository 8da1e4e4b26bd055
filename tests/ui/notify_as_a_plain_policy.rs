use seccomptime::{Policy, policy};

static SUPERVISED: Policy = policy!(notify(getpid), default = log);

fn main() {}
