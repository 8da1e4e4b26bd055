//! A policy that says what it wants in place of `log`.

use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @stdio), errno(EPERM: getppid), default = log or errno(EACCES))]
fn main() {
    seccomptime_tests::support::guarded::user_code();
}
