use seccomptime::seccomp;

#[seccomp(allow(@rust-main), hot(read, futex, read), default = log)]
fn main() {}
