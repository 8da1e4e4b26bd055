use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, ioctl(fd == 0)))]
fn main() {}
