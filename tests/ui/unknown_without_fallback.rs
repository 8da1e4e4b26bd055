use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), unknown = errno(EPERM))]
fn main() {}
