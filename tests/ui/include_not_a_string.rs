use seccomptime::seccomp;

#[seccomp(include = seccomp, default = log)]
fn main() {}
