use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, ioctl), waive(ioctl in ptrace: "why"))]
fn main() {}
