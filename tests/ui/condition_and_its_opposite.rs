use seccomptime::seccomp;

#[seccomp(allow(kill(sig == 1 && sig != 1)), default = log)]
fn main() {}
