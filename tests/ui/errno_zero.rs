use seccomptime::seccomp;

#[seccomp(errno(0: getpid), default = log)]
fn main() {}
