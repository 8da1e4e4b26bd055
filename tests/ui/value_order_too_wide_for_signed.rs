use seccomptime::seccomp;

#[seccomp(allow(kill(sig < 0xffff_ffffu32)), default = log)]
fn main() {}
