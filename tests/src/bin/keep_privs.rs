//! A program that keeps its privileges across the install.

use seccomptime::seccomp;

#[seccomp(errno(EPERM: getppid), default = log, flags(keep_privs), waive(keep_privs: "a test of it"))]
fn main() {
    seccomptime_tests::support::guarded::user_code();
    print!("{}", seccomptime_tests::support::guarded::no_new_privs());
}
