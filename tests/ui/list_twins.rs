use seccomptime::seccomp;

#[seccomp(allow(kill(sig in [1, 2, 1])), default = log)]
fn main() {}
