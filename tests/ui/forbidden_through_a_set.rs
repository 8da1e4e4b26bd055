use seccomptime::seccomp;

#[seccomp(allow(@default), default = log, forbid(execve))]
fn main() {}
