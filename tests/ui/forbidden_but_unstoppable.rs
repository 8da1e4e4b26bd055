use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), forbid(uretprobe))]
fn main() {}
