use seccomptime::seccomp;

#[seccomp(allow(exit_group, @rust-panic), default = errno(EPERM))]
fn main() {}
