use seccomptime::seccomp;

fn number() -> i32 {
    1
}

#[seccomp(errno(number(): getpid), default = log)]
fn main() {}
