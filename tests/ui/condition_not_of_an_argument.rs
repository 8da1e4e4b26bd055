use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, lseek(!whence == 9)))]
fn main() {}
