use seccomptime::seccomp;

const MINE: i32 = 5000;

#[seccomp(errno(MINE: getpid), default = log)]
fn main() {}
