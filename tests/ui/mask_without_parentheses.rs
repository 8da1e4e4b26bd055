use seccomptime::seccomp;

#[seccomp(allow(mprotect(prot & PROT_WRITE | PROT_EXEC == PROT_WRITE)), default = log)]
fn main() {}
