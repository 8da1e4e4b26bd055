use seccomptime::seccomp;

#[seccomp(allow(read(count == true)), default = log)]
fn main() {}
