use seccomptime::seccomp;

#[seccomp(allow(read(buf in [0, 1])), default = log)]
fn main() {}
