use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @file-read), default = log)]
fn main() {}
