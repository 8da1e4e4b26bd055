use seccomptime::seccomp;

#[seccomp(
    allow(@rust-main, @rust-panic, listen(backlog < 16)),
    arch(x86_64: allow(@network-io)),
)]
fn main() {}
