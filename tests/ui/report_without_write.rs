use seccomptime::seccomp;

#[seccomp(allow(@rust-main), default = trap, report, waive(silent_panic: "it is seen anyway"))]
fn main() {}
