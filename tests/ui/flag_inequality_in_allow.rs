use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, socket(type != SOCK_DGRAM)))]
fn main() {}
