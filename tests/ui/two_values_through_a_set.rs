use seccomptime::seccomp;

#[seccomp(errno(EPERM: @chown), errno(EACCES: fchown), default = log)]
fn main() {}
