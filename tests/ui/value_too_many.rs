use seccomptime::seccomp;

#[seccomp(allow(EPERM: read), default = log)]
fn main() {}
