use seccomptime::seccomp;

#[seccomp(allow(read(count == 'a')), default = log)]
fn main() {}
