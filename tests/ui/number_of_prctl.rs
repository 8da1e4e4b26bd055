use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, syscall(157)))]
fn main() {}
