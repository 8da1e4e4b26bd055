use seccomptime::seccomp;

#[seccomp(allow(getpgid(pid == 0)), errno(EPERM: getpgid), default = log)]
fn main() {}
