use seccomptime::seccomp;

#[seccomp(allow(syscall(1)(arg0 == 1)), default = log)]
fn main() {}
