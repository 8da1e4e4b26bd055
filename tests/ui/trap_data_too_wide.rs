use seccomptime::seccomp;

#[seccomp(trap(0x10000: read), default = log)]
fn main() {}
