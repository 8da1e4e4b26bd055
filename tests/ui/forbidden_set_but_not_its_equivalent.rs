use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, prlimit64), forbid(@resources))]
fn main() {}
