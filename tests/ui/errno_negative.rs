use seccomptime::seccomp;

#[seccomp(errno(-1: read), default = log)]
fn main() {}
