use seccomptime::seccomp;

#[seccomp(allow(ioctl, ioctl(cmd == TCGETS)), default = log)]
fn main() {}
