use seccomptime::seccomp;

#[seccomp(allow(read), default = log, baseline = "six")]
fn main() {}
