//! A policy that needs `log`, which kernels before 4.14 lack.

use seccomptime::seccomp;

#[seccomp(errno(EPERM: getppid), default = log)]
fn main() {
    seccomptime_tests::support::guarded::user_code();
}
