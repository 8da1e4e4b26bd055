use seccomptime::seccomp;

#[seccomp(errno(true: getpid), default = log)]
fn main() {}
