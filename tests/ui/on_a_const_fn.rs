use seccomptime::seccomp;

#[seccomp(allow(read), default = log, waive(stacks: "a test"))]
const fn one() -> u8 {
    1
}

fn main() {
    let _ = one();
}
