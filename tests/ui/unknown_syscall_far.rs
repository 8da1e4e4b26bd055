use seccomptime::seccomp;

#[seccomp(allow(frobnicate), default = log)]
fn main() {}
