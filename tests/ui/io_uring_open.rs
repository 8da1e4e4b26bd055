use seccomptime::seccomp;

#[seccomp(errno(EACCES: connect), default = allow)]
fn main() {}
