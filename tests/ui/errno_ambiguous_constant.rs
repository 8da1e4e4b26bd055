use seccomptime::seccomp;

const EPERM: i32 = 7;

#[seccomp(errno(EPERM: read), default = log)]
fn main() {}
