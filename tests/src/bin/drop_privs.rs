//! A program that says nothing of its privileges.

use seccomptime::seccomp;

#[seccomp(
    errno(EPERM: getppid),
    default = log or allow,
    waive(looser_fallback: "the rule is what is tried, also where there is no log")
)]
fn main() {
    seccomptime_tests::support::guarded::user_code();
    print!("{}", seccomptime_tests::support::guarded::no_new_privs());
}
