use seccomptime::seccomp;

#[seccomp(allow(exit_group), default = errno)]
fn main() {}
