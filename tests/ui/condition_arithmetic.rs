use seccomptime::seccomp;

#[seccomp(allow(read(count + 1 == 3)), default = log)]
fn main() {}
