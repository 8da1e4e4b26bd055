use seccomptime::seccomp;

#[seccomp(allow(kill(sig in [SIGHUP, SIGINT, SIGTERM, SIGQUIT, 1])), default = log)]
fn main() {}
