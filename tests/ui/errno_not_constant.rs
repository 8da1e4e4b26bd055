use seccomptime::seccomp;

fn number() -> i32 {
    1
}

#[seccomp(errno(number(): read), default = log)]
fn main() {}
