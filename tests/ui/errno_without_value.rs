use seccomptime::seccomp;

#[seccomp(errno(getpid), default = log)]
fn main() {}
