use seccomptime::seccomp;

#[seccomp(allow(read(xyzzy == 1)), default = log)]
fn main() {}
