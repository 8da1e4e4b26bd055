use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), debug_default = allow)]
fn main() {}
