use seccomptime::seccomp;

const MINE: i32 = 5000;

#[seccomp(errno(MINE: read), default = log)]
fn main() {}
