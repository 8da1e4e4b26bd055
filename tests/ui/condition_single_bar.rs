use seccomptime::seccomp;

#[seccomp(allow(socket(family == AF_UNIX | family == AF_INET)), default = log)]
fn main() {}
