use seccomptime::seccomp;

#[seccomp(errno(70000: read), default = log)]
fn main() {}
