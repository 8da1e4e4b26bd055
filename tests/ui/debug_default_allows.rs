use seccomptime::seccomp;

#[seccomp(allow(@rust-main), debug_default = allow)]
fn main() {}
