use seccomptime::seccomp;

#[seccomp(allow(read), default = log)]
async fn main() {}
