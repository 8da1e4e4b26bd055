use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, open(flags & O_ACCMODE == O_RDONLY), openat))]
fn main() {}
