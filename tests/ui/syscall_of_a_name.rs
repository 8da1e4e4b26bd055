use seccomptime::seccomp;

#[seccomp(allow(syscall(read)), default = log)]
fn main() {}
