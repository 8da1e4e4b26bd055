use seccomptime::seccomp;

#[seccomp(log(read), default = log)]
fn main() {}
