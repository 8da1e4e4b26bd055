use seccomptime::seccomp;

#[seccomp(include = "seccomp.policy", default = log)]
fn main() {}
