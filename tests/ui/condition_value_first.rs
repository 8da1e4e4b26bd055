use seccomptime::seccomp;

#[seccomp(allow(read(4096 >= count)), default = log)]
fn main() {}
