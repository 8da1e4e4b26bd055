use seccomptime::seccomp;

#[seccomp(allow(@rust-main - mmap, @rust-panic, mmap(prot & PROT_EXEC in [0, PROT_EXEC])))]
fn main() {}
