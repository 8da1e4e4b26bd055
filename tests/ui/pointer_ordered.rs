use seccomptime::seccomp;

#[seccomp(allow(read(buf > 0)), default = log)]
fn main() {}
