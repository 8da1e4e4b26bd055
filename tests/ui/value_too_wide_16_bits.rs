use seccomptime::seccomp;

#[seccomp(allow(fchmod(mode == 0x1_0000)), default = log)]
fn main() {}
