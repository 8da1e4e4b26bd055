use seccomptime::seccomp;

#[seccomp(
    allow(@rust-main, @rust-panic),
    forbid(execve),
    default = kill_process or allow,
    waive(looser_fallback: "a test"),
)]
fn main() {}
