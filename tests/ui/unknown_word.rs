use seccomptime::seccomp;

#[seccomp(allow(read), default = log, record = ful)]
fn main() {}
