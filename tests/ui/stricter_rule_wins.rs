use seccomptime::seccomp;

#[seccomp(allow(read), errno(EPERM: read), default = log)]
fn main() {}
