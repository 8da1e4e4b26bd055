use seccomptime::seccomp;

#[seccomp(allow(read), default = log, baseline = "9.9")]
fn main() {}
