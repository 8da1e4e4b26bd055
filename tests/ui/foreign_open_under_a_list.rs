use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), foreign = log)]
fn main() {}
