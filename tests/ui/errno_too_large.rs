use seccomptime::seccomp;

#[seccomp(errno(70000: getpid), default = log)]
fn main() {}
