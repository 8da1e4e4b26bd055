use seccomptime::seccomp;

#[seccomp(trace(execve), default = allow)]
fn main() {}
