use seccomptime::seccomp;

#[seccomp(alow(read), default = log)]
fn main() {}
