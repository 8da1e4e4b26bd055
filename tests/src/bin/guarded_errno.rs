//! A policy of actions that every kernel with filters has.

use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @stdio), default = errno(EPERM), foreign = errno(ENOSYS))]
fn main() {
    seccomptime_tests::support::guarded::user_code();
}
