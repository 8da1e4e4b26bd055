use seccomptime::seccomp;

#[seccomp(allow(socket(type & 0xf_0000_000fu64 == 1)), default = log)]
fn main() {}
