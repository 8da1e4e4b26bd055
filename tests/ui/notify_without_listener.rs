use seccomptime::seccomp;

#[seccomp(notify(read), default = log)]
fn main() {}
