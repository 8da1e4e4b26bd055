use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, prctl(arg2 == 0)))]
fn main() {}
