use seccomptime::seccomp;

#[seccomp(allow(read, write, read), default = log)]
fn main() {}
