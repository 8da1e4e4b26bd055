use seccomptime::seccomp;

#[seccomp(allow(privileged), default = log)]
fn main() {}
