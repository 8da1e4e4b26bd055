use seccomptime::seccomp;

#[seccomp(errno(EPERM: getpid), errno(EACCES: getpid), default = log)]
fn main() {}
