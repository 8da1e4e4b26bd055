use seccomptime::seccomp;

#[seccomp(allow(read), defualt = log)]
fn main() {}
