use seccomptime::seccomp;

#[seccomp(allow(@rust-main), default = log or errno(EPERM), unknown = log or kill_process)]
fn main() {}
