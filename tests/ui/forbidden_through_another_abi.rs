use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), forbid(execve), foreign = allow, waive(open_foreign: "a test"))]
fn main() {}
