use seccomptime::seccomp;

#[seccomp(errno(0: read), default = log)]
fn main() {}
