use seccomptime::seccomp;

#[seccomp(allow(read(count as u32 == 1)), default = log)]
fn main() {}
