use seccomptime::seccomp;

#[seccomp(errno(EPERM: unshare(unshare_flags in [CLONE_NEWUSER, CLONE_NEWNET])), default = allow)]
fn main() {}
