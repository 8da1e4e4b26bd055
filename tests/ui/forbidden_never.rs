use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), forbid(socket(family == AF_INET, family == AF_INET6)))]
fn main() {}
