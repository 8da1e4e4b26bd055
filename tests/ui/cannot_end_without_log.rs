use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic), log(exit_group), default = log or kill_process)]
fn main() {}
