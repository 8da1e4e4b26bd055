use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), unknown = log)]
fn main() {}
