use seccomptime::seccomp;

#[seccomp(allow(read), default = log, flags(tsnyc))]
fn main() {}
