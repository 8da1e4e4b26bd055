use seccomptime::seccomp;

#[seccomp(errno(true: read), default = log)]
fn main() {}
