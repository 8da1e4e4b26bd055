use seccomptime::seccomp;

#[seccomp(allow(@chown - @chown), default = log)]
fn main() {}
