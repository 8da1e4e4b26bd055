use seccomptime::seccomp;

#[seccomp(allow(read(count == 1.0)), default = log)]
fn main() {}
