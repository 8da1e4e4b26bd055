use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, io_uring_setup, io_uring_enter))]
fn main() {}
