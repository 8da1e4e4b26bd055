use seccomptime::seccomp;

#[seccomp(allow(@rust-main), hot(), default = log)]
fn main() {}
