use seccomptime::seccomp;

#[seccomp(allow(@rust-main - mmap, @rust-panic, mmap(prot & 0xf0 in 4..=8)))]
fn main() {}
