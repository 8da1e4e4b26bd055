use seccomptime::seccomp;

#[seccomp(errno(EPERM: ptrace), default = allow, foreign = allow)]
fn main() {}
