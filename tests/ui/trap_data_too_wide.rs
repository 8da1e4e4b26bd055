use seccomptime::seccomp;

#[seccomp(trap(0x10000: getpid), default = log)]
fn main() {}
