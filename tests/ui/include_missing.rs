use seccomptime::seccomp;

#[seccomp(include = "no/such.policy", default = log)]
fn main() {}
