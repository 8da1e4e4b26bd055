// `helper` is still there and `main` still a function: the policy's mistake is the only error.
use seccomptime::seccomp;

#[seccomp(allow(raed), default = log)]
fn helper() -> u8 {
    7
}

fn main() {
    assert_eq!(helper(), 7);
}
