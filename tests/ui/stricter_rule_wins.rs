use seccomptime::seccomp;

#[seccomp(allow(getpid), errno(EPERM: getpid), default = log)]
fn main() {}
