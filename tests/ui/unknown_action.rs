use seccomptime::seccomp;

#[seccomp(allow(read), default = lgo)]
fn main() {}
