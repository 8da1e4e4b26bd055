use seccomptime::seccomp;

#[seccomp(notify(getpid), default = log)]
fn main() {}
