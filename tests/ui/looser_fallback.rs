use seccomptime::seccomp;

#[seccomp(allow(read), default = log or allow)]
fn main() {}
