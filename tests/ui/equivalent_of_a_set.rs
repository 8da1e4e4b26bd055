use seccomptime::seccomp;

#[seccomp(errno(EPERM: @resources), default = allow)]
fn main() {}
