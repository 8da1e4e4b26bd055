use seccomptime::seccomp;

#[seccomp(allow(read, write), default = errno(EPERM))]
fn main() {}
