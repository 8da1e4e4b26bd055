//! A policy that needs a flag younger than TSYNC.

use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @stdio), default = errno(EPERM), foreign = errno(ENOSYS), flags(log))]
fn main() {
    seccomptime_tests::support::guarded::user_code();
}
