use seccomptime::seccomp;

#[seccomp(allow(kill(sig in 1..5)), default = log)]
fn main() {}
