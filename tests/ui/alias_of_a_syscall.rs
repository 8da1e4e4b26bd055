use seccomptime::seccomp;

#[seccomp(allow(fstatat), default = log)]
fn main() {}
