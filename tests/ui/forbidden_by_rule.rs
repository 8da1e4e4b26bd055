use seccomptime::seccomp;

#[seccomp(allow(execve), default = log, forbid(execve))]
fn main() {}
