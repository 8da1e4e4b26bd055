use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), forbid(getcpu))]
fn main() {}
