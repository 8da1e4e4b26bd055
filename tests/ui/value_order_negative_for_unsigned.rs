use seccomptime::seccomp;

#[seccomp(allow(io_uring_setup(entries < -1)), default = log)]
fn main() {}
