use seccomptime::seccomp;

#[seccomp(errno(EPERM: read), errno(EACCES: read), default = log)]
fn main() {}
