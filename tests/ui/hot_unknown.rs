use seccomptime::seccomp;

#[seccomp(allow(@rust-main), hot(futx), default = log)]
fn main() {}
