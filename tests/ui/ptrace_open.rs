use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, ptrace))]
fn main() {}
