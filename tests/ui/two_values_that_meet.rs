use seccomptime::seccomp;

#[seccomp(errno(EPERM: kill(sig == 1)), errno(EACCES: kill(pid == 1)), default = log)]
fn main() {}
