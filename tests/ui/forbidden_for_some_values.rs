use seccomptime::seccomp;

#[seccomp(
    allow(@rust-main, @rust-panic, socket(family in [AF_UNIX, AF_INET])),
    forbid(socket(family == AF_INET))
)]
fn main() {}
