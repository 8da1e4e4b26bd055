//! The start of an annotated function.

use crate::private::OnError;
use crate::{Error, Policy, line, sys};

/// `EX_CONFIG` of sysexits.h: the status of a program that ends because its policy is not in force.
pub const EXIT_STATUS: i32 = 78;

/// Installs the policy. Where that fails the function's body doesn't run, unless the policy says `on_error = continue`.
///
/// # Panics
///
/// With `on_error = panic`, where the policy can't be installed.
#[inline]
pub fn enter(policy: &Policy) {
    if let Err(error) = policy.install() {
        failed(policy, &error);
    }
}

/// Installs the policy, or returns why not.
///
/// # Errors
///
/// Those of [`Policy::install`].
#[inline]
pub fn enter_or_return(policy: &Policy) -> Result<(), Error> {
    policy.install().map(drop)
}

#[cold]
#[inline(never)]
fn failed(policy: &Policy, error: &Error) {
    line::not_protected(policy, error);
    match policy.settings.on_error {
        OnError::Continue => {}
        // `enter_or_return` is for Return; whoever gets here with it must not go on either. Panic doesn't.
        OnError::Exit | OnError::Return | OnError::Panic => sys::exit(EXIT_STATUS),
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;
    use crate::private::EMPTY;

    #[test]
    fn a_panic_says_why() {
        let mut policy = EMPTY;
        policy.settings.on_error = OnError::Panic;
        let panicked = std::panic::catch_unwind(|| failed(&policy, &Error::Unsupported));
        let message = panicked.unwrap_err().downcast::<String>().unwrap();
        assert!(
            message.contains("is not protected: this target has no seccomp"),
            "{message}"
        );
    }
}
