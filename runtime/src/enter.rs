//! The start of an annotated function: for each setting of `on_error` there is one of these, and the expansion calls it.
//!
//! `head` is how the line on stderr begins: `seccomptime: main at src/main.rs:3 is not protected: `. `texts` is what the whole of it is
//! made of where the policy is plain.

use core::mem::MaybeUninit;

use crate::errno::Returned;
use crate::install::install;
use crate::line::{Line, ROOM};
use crate::texts::{EMPTY, Said, Texts, seldom};
use crate::{Error, Policy, sys};

/// `EX_CONFIG` of sysexits.h: the status of a program that ends because its policy is not in force.
pub const EXIT_STATUS: i32 = 78;

/// Installs the policy, or says why not and ends the process.
#[inline(always)]
pub fn enter_or_exit<const N: usize>(policy: &Policy, head: &str, texts: &Texts<N>) {
    match install(policy) {
        Ok(_) => {}
        Err(error) if policy.is_plain() => end(texts, error.said, error.answer),
        Err(error) => {
            say(head, &error).print();
            sys::exit(EXIT_STATUS);
        }
    }
}

/// Installs the policy, or says why not and goes on.
#[inline(always)]
pub fn enter_or_continue<const N: usize>(policy: &Policy, head: &str, texts: &Texts<N>) {
    match install(policy) {
        Ok(_) => {}
        Err(error) if policy.is_plain() => print(texts, error.said, error.answer),
        Err(error) => say(head, &error).print(),
    }
}

/// Installs the policy, or panics.
///
/// # Panics
///
/// Where it can't be installed.
#[inline(always)]
#[track_caller]
pub fn enter_or_panic<const N: usize>(policy: &Policy, head: &str, texts: &Texts<N>) {
    if let Err(error) = install(policy) {
        if policy.is_plain() {
            let mut room = [b' '; ROOM];
            let line = texts.say(error.said, error.answer, &mut room, |byte| byte);
            let line = line.unwrap_or_default().trim_ascii_end();
            panic!("{}", core::str::from_utf8(line).unwrap_or_default());
        }
        panic!("{}", say(head, &error).as_str());
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

/// Says why a policy that any kernel with filters could have is not in force, and ends the process.
#[cold]
#[inline(always)]
fn end<const N: usize>(texts: &Texts<N>, said: Said, answer: Returned) -> ! {
    seldom();
    print(texts, said, answer);
    sys::exit(EXIT_STATUS)
}

/// Says it, in one line: so short a text isn't written in parts.
#[inline(always)]
fn print<const N: usize>(texts: &Texts<N>, said: Said, answer: Returned) {
    let mut room = EMPTY;
    if let Some(line) = texts.say(said, answer, &mut room, MaybeUninit::new) {
        // Any other answer: no stderr, or a filter. Nothing can be said then, and what follows matters more.
        while sys::write_text(line) == Returned::EINTR {}
    }
}

/// The same of any error, with what only some policies can come to.
#[cold]
#[inline]
fn say(head: &str, error: &Error) -> Line {
    let mut line = Line::new();
    line.text(head);
    error.say(&mut line);
    line
}
