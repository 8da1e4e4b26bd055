use seccomptime::{NotifyPolicy, policy};

static SUPERVISED: NotifyPolicy = policy!(notify(opneat), default = log);
static UNREADABLE: NotifyPolicy = policy!(notify(: openat), default = log);

fn main() {}
