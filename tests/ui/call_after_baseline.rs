use seccomptime::seccomp;

#[seccomp(allow(statmount), default = log, baseline = "6.1")]
fn main() {}
