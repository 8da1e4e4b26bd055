use seccomptime::seccomp;

#[seccomp(errno(-1: getpid), default = log)]
fn main() {}
