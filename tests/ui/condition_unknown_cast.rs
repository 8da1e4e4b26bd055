use seccomptime::seccomp;

#[seccomp(allow(read(count as u16 == 3)), default = log)]
fn main() {}
