use seccomptime::seccomp;

#[seccomp(allow(7), default = log)]
fn main() {}
