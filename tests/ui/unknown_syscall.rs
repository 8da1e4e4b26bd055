use seccomptime::seccomp;

#[seccomp(allow(raed), default = log)]
fn main() {}
