use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, ioctl))]
fn main() {}
