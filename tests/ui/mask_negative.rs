use seccomptime::seccomp;

#[seccomp(allow(mprotect(prot & !PROT_EXEC == 0)), default = log)]
fn main() {}
