use seccomptime::seccomp;

#[seccomp(allow(syscall(0xffff_ffff)), default = log)]
fn main() {}
