use seccomptime::seccomp;

#[seccomp(allow(read), default = log or errno(EPERM), unknown = log or kill_process)]
fn main() {}
