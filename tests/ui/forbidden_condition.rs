use seccomptime::seccomp;

#[seccomp(allow(kill), default = log, forbid(kill(sig == SIGKILL)))]
fn main() {}
