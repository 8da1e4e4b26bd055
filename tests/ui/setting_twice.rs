use seccomptime::seccomp;

#[seccomp(allow(read), default = log, default = log)]
fn main() {}
