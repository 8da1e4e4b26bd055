use seccomptime::seccomp;

#[seccomp(errno(EPERM: rename), errno(ENOSYS: io_uring_setup, io_uring_enter), default = allow)]
fn main() {}
