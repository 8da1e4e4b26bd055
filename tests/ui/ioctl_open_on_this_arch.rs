use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), arch(x86_64: allow(ioctl)))]
fn main() {}
