use seccomptime::seccomp;
use seccomptime::seccomp as sandboxed;

#[seccomp(allow(@rust-main, @rust-panic, @stdio))]
#[sandboxed(allow(@rust-main, @rust-panic))]
fn main() {}
