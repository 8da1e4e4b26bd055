use seccomptime::seccomp;

#[seccomp(errno(EPREM: getpid), default = log)]
fn main() {}
