use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, socket(family == AF_INET)), errno(EPERM: socket(family in [AF_INET, AF_INET6])))]
fn main() {}
