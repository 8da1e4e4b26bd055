use seccomptime::seccomp;

#[seccomp(allow(read), default = log, flags(keep_privs))]
fn main() {}
