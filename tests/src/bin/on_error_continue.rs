//! A program that would rather run unprotected than not at all.

use seccomptime::seccomp;

#[seccomp(errno(EPERM: getppid), default = log, on_error = continue)]
fn main() {
    seccomptime_tests::support::guarded::user_code();
}
