use seccomptime::seccomp;

#[seccomp(errno(EPERM: uretprobe), default = allow)]
fn main() {}
