use seccomptime::seccomp;

#[seccomp(allow(@rust-main), otherwise = log)]
fn main() {}
