use seccomptime::seccomp;

#[seccomp(allow(mmap(prot & PROT_EXEC)), default = log)]
fn main() {}
