use seccomptime::{NotifyPolicy, policy};

static SUPERVISED: NotifyPolicy = policy!(
    notify(openat, creat),
    allow(@rust-main, @rust-panic, open, openat2),
);

fn main() {}
