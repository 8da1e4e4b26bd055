use seccomptime::seccomp;

#[seccomp(allow(socket(family == 0x1_0000_0001u64)), default = log)]
fn main() {}
