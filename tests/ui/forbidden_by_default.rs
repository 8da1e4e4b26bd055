use seccomptime::seccomp;

#[seccomp(allow(read), default = log, forbid(execve))]
fn main() {}
