use seccomptime::seccomp;

#[seccomp(errno(EPERM: clock_gettime), default = log)]
fn main() {}
