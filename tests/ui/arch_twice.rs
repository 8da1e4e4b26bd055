use seccomptime::seccomp;

#[seccomp(arch(arm, arm: allow(read)), default = log)]
fn main() {}
