use seccomptime::seccomp;

#[seccomp(errno(EPERM: mprotect(prot == PROT_EXEC), pkey_mprotect), default = log)]
fn main() {}
