use seccomptime::seccomp;

#[seccomp(allow(read write), default = log)]
fn main() {}
