use seccomptime::seccomp;

#[seccomp(allow(read(count < 0)), default = log)]
fn main() {}
