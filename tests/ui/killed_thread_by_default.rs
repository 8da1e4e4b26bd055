use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), default = kill_thread)]
fn main() {}
