use seccomptime::seccomp;

#[seccomp(errno(read), default = log)]
fn main() {}
