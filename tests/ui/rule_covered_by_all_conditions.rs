use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, lseek), errno(EPERM: lseek(whence < 5)), log(lseek(whence >= 5)))]
fn main() {}
