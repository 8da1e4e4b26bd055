use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, fchroot), forbid(@mount))]
fn main() {}
