use seccomptime::seccomp;

#[seccomp(allow(read(cuont == 1)), default = log)]
fn main() {}
