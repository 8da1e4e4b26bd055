use seccomptime::seccomp;

#[seccomp(allow(@chown - read), default = log)]
fn main() {}
