use seccomptime::seccomp;

#[seccomp(allow(read, write))]
fn main() {}
