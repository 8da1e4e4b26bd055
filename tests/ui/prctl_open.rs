use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, prctl))]
fn main() {}
