use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, @stdio))]
#[seccomp(allow(@rust-main, @rust-panic))]
fn main() {}
