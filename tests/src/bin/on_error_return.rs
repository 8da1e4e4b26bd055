//! A program that is told by its main's result that it isn't protected.

use seccomptime::{Error, seccomp};

#[seccomp(errno(EPERM: getppid), default = log, on_error = return)]
fn main() -> Result<(), Error> {
    seccomptime_tests::support::guarded::user_code();
    Ok(())
}
