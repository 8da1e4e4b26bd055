use seccomptime::seccomp;

#[seccomp(errno(1.5: getpid), default = log)]
fn main() {}
