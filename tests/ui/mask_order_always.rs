use seccomptime::seccomp;

#[seccomp(allow(@rust-main - mmap, @rust-panic, mmap(prot & 0xf < 0x10)))]
fn main() {}
