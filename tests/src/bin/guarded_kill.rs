//! A policy that kills the process, which kernels before 4.14 do to the thread.

use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, @stdio), errno(EPERM: getppid))]
fn main() {
    seccomptime_tests::support::guarded::user_code();
}
