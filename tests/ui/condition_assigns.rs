use seccomptime::seccomp;

#[seccomp(allow(read(count = 3)), default = log)]
fn main() {}
