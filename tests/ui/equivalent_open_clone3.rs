use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, clone(clone_flags & CLONE_NEWUSER == 0), clone3))]
fn main() {}
