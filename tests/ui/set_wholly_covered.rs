use seccomptime::seccomp;

#[seccomp(allow(@chown), errno(EPERM: @privileged), default = log)]
fn main() {}
