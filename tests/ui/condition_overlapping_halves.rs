use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, lseek(whence < 10 || whence >= 5)))]
fn main() {}
