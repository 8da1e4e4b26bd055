use seccomptime::seccomp;

#[seccomp(allow, default = log)]
fn main() {}
