use seccomptime::seccomp;

#[seccomp(allow(@rust-main), kill_process(ptrace), hot(ptrace), default = log)]
fn main() {}
