use seccomptime::seccomp;

#[seccomp(trap(read), allow(exit_group, sigaltstack, munmap), default = errno(EPERM))]
fn main() {}
