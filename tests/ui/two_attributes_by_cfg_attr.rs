use seccomptime::{Error, seccomp};

#[seccomp(allow(@rust-main, @rust-panic, @stdio), on_error = return)]
#[cfg_attr(not(debug_assertions), seccomp(allow(@stdio)))]
#[cfg_attr(debug_assertions, seccomp(allow(@rust-main, @rust-panic)))]
fn main() -> Result<(), Error> {
    #![allow(unused)]
    Ok(())
}
