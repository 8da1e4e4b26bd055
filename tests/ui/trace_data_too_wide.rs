use seccomptime::seccomp;

#[seccomp(allow(exit_group), default = trace(65536))]
fn main() {}
