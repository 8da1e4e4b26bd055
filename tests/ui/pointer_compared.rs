use seccomptime::seccomp;

#[seccomp(allow(read(buf == 4096)), default = log)]
fn main() {}
