use seccomptime::seccomp;

#[seccomp(allow(@file-system, openat(dfd == AT_FDCWD)), default = log)]
fn main() {}
