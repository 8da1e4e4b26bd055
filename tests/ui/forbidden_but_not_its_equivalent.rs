use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, execveat), forbid(execve))]
fn main() {}
