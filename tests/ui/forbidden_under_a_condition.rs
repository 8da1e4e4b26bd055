use seccomptime::seccomp;

#[seccomp(allow(kill(sig == 1)), default = log, forbid(kill))]
fn main() {}
