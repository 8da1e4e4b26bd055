//! A program that panics where it isn't protected.

use seccomptime::seccomp;

#[seccomp(errno(EPERM: getppid), default = log, on_error = panic)]
fn main() {
    seccomptime_tests::support::guarded::user_code();
}
