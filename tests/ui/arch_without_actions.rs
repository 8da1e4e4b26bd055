use seccomptime::seccomp;

#[seccomp(arch(arm), default = log)]
fn main() {}
