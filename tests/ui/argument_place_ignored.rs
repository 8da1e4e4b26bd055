use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, dup3(arg3 == 7)))]
fn main() {}
