use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, rt_sigaction), trap(getppid))]
fn main() {}
