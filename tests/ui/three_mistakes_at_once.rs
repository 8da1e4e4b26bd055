use seccomptime::seccomp;

#[seccomp(allow(raed), default = lgo, errno(0: write))]
fn main() {}
