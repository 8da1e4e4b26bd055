use seccomptime::seccomp;

#[seccomp(errno(EPERM: socket(family as u64 == AF_INET), io_uring_setup, io_uring_enter), default = allow)]
fn main() {}
