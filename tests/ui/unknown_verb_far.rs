use seccomptime::seccomp;

#[seccomp(allow(@rust-main), deny(execve), default = log)]
fn main() {}
