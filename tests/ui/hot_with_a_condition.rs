use seccomptime::seccomp;

#[seccomp(allow(@rust-main), hot(write(fd == 1)), default = log)]
fn main() {}
