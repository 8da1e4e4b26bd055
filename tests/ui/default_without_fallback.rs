use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, @rust-threads - clone3), default = errno(EPERM))]
fn main() {}
