use seccomptime::seccomp;

#[seccomp(allow(socket(family == AF_UINX)), default = log)]
fn main() {}
