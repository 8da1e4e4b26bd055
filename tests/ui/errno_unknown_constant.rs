use seccomptime::seccomp;

#[seccomp(errno(EPREM: read), default = log)]
fn main() {}
