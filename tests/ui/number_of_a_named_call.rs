use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, getppid), errno(EPERM: syscall(110)))]
fn main() {}
