use seccomptime::seccomp;

#[seccomp(allow(@file-sytem), default = log)]
fn main() {}
