//! The start of an annotated function: for each setting of `on_error` there is one of these, and the expansion calls it.
//!
//! `head` is how the line on stderr begins: `seccomptime: main at src/main.rs:3 is not protected: `.

use crate::install::install;
use crate::line::Line;
use crate::{Error, Policy, sys};

/// `EX_CONFIG` of sysexits.h: the status of a program that ends because its policy is not in force.
pub const EXIT_STATUS: i32 = 78;

/// Installs the policy, or says why not and ends the process.
#[inline(always)]
pub fn enter_or_exit(policy: &Policy, head: &str) {
    if let Err(error) = install(policy) {
        print(head, &error, policy.is_plain());
        sys::exit(EXIT_STATUS);
    }
}

/// Installs the policy, or says why not and goes on.
#[inline(always)]
pub fn enter_or_continue(policy: &Policy, head: &str) {
    if let Err(error) = install(policy) {
        print(head, &error, policy.is_plain());
    }
}

/// Installs the policy, or panics.
///
/// # Panics
///
/// Where it can't be installed.
#[inline(always)]
#[track_caller]
pub fn enter_or_panic(policy: &Policy, head: &str) {
    if let Err(error) = install(policy) {
        let mut line = Line::new();
        say(&mut line, head, &error, policy.is_plain());
        panic!("{}", line.as_str());
    }
}

/// Installs the policy, or returns why not.
///
/// # Errors
///
/// Those of [`Policy::install`].
#[inline(always)]
pub fn enter_or_return(policy: &Policy) -> Result<(), Error> {
    install(policy).map(drop)
}

/// Says why a policy is not in force.
#[inline]
fn print(head: &str, error: &Error, is_plain: bool) {
    let mut line = Line::new();
    say(&mut line, head, error, is_plain);
    line.print();
}

#[inline]
fn say(line: &mut Line, head: &str, error: &Error, is_plain: bool) {
    line.head(head);
    if is_plain {
        error.say_plain(line);
    } else {
        error.say(line);
    }
}
