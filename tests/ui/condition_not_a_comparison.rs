use seccomptime::seccomp;

#[seccomp(allow(read(count)), default = log)]
fn main() {}
