use seccomptime::seccomp;

#[seccomp(allow(kill(sig == 1, sig == 2)), default = log)]
fn main() {}
