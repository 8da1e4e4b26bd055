use seccomptime::seccomp;

#[seccomp(allow(read(!)), default = log)]
fn main() {}
