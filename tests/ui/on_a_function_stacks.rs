use seccomptime::seccomp;

#[seccomp(allow(read), default = log)]
fn work() {}

fn main() {
    work();
}
