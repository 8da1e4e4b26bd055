use seccomptime::seccomp;

const EPERM: i32 = 7;

#[seccomp(errno(EPERM: getpid), default = log)]
fn main() {}
