use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, io_uring_setup(entries < 64), io_uring_enter(to_submit < 64)))]
fn main() {}
