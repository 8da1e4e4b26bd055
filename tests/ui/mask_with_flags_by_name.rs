use seccomptime::seccomp;

const TYPE: i32 = 0xffff;

#[seccomp(errno(EPERM: socket(type & TYPE == SOCK_DGRAM), io_uring_setup, io_uring_enter), default = allow)]
fn main() {}
