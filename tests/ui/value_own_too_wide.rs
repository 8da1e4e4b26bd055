use seccomptime::seccomp;

const LIMIT: u64 = 1 << 40;

#[seccomp(allow(kill(sig == LIMIT)), default = log)]
fn main() {}
