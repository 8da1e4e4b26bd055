use seccomptime::seccomp;

#[seccomp(allow(read), default = log, report)]
fn main() {}
