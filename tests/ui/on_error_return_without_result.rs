use seccomptime::seccomp;

#[seccomp(allow(read), default = log, on_error = return)]
fn main() {}
