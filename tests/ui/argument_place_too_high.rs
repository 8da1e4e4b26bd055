use seccomptime::seccomp;

#[seccomp(allow(read(arg6 == 1)), default = log)]
fn main() {}
