use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, seccomp))]
fn main() {}
