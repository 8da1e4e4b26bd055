use seccomptime::seccomp;

#[seccomp(kill_thread(getppid), default = log)]
fn main() {}
