use seccomptime::seccomp;

#[seccomp(allow(@rust-main, kill(signal == 9)), alow(read), default = log)]
fn main() {}
