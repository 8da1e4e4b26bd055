use seccomptime::seccomp;

#[seccomp(allow(io_uring_setup(entries > u32::MAX)), default = log)]
fn main() {}
