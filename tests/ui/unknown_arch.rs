use seccomptime::seccomp;

#[seccomp(arch(x86: allow(read)), default = log)]
fn main() {}
