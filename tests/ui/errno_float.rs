use seccomptime::seccomp;

#[seccomp(errno(1.5: read), default = log)]
fn main() {}
