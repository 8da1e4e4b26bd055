use seccomptime::seccomp;

#[seccomp()]
fn main() {}
