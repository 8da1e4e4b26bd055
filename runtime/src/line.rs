//! One line on stderr, made on the stack and written at once.
//!
//! Every program that installs a filter carries this: so it does without `format_args!`, which would bring more than the rest of
//! it, and what is shown of an error is put together by `say` functions that std's formatter and this line share.

use crate::private::OnError;
use crate::words::Out;
use crate::{Call, Errno, Error, Policy, kernel, own, sys};

/// Long enough for all that this crate says, with a path of some hundred bytes; what is longer is cut.
const ROOM: usize = 1024;

/// A line's text, and how long it is. The last byte of the room is kept for the line's end.
struct Line([u8; ROOM], usize);

impl Line {
    fn as_str(&self) -> &str {
        // It was put together of whole characters.
        let text = self.0.get(..self.1).unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default()
    }

    #[inline(never)]
    fn print(&mut self) {
        // What can't be written into the line can't be said.
        let _ = self.0.get_mut(self.1).map(|end| *end = b'\n');
        let mut rest = self.0.get(..=self.1).unwrap_or_default();
        while !rest.is_empty() {
            match sys::write_stderr(rest) {
                // No stderr, or a filter that answers: nothing can be said, and what follows matters more.
                Ok(0) => return,
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    }
}

impl Out for Line {
    /// Cuts what doesn't fit, between two characters.
    #[inline(never)]
    fn text(&mut self, text: &str) {
        let mut fits = text.len().min(ROOM - 1 - self.1);
        while !text.is_char_boundary(fits) {
            fits -= 1;
        }
        let end = self.1 + fits;
        if let Some(room) = self.0.get_mut(self.1..end) {
            room.copy_from_slice(&text.as_bytes()[..fits]);
            self.1 = end;
        }
    }
}

impl Line {
    /// A line about `policy`, which names it and its place.
    #[inline(never)]
    fn about(policy: &Policy) -> Line {
        let mut line = Line([0; ROOM], 0);
        line.text("seccomptime: ");
        policy.say_place(&mut line);
        line
    }

    /// Why the policy is not in force, and what to do.
    fn not_protected(policy: &Policy, error: &Error) -> Line {
        let mut line = Line::about(policy);
        line.text(match policy.settings.on_error {
            OnError::Continue => " is not protected and goes on: ",
            _ => " is not protected: ",
        });
        error.say(&mut line);
        line.text("; ");
        line.text(error.hint());
        line
    }

    /// That the kernel's log won't show what the policy logs.
    fn not_logged(policy: &Policy) -> Line {
        let mut line = Line::about(policy);
        line.text(" logs, but the kernel won't: `log` is not in ");
        line.text(kernel::Sysctl::ActionsLogged.path());
        line.text("; add it, as root");
        line
    }
}

/// Says why the policy is not in force, and what to do, as its `on_error` wants it.
///
/// # Panics
///
/// With `on_error = panic`: that is how it says it.
#[cold]
#[inline(never)]
pub(crate) fn not_protected(policy: &Policy, error: &Error) {
    let mut line = Line::not_protected(policy, error);
    match policy.settings.on_error {
        OnError::Panic => panic!("{}", line.as_str()),
        OnError::Exit | OnError::Return | OnError::Continue => line.print(),
    }
}

/// Says that the kernel's log won't show what the policy logs.
#[cold]
#[inline(never)]
pub(crate) fn warn_not_logged(policy: &Policy) {
    if own::check(Call::Write).is_ok() {
        Line::not_logged(policy).print();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_too_long_is_cut() {
        for length in ROOM - 4..ROOM + 4 {
            let mut line = Line([0; ROOM], 0);
            line.text(&"x".repeat(length));
            line.text("y");
            assert_eq!(line.as_str().len(), (ROOM - 1).min(length + 1));
            assert!(line.as_str().starts_with("xx"));
        }
    }

    #[test]
    fn a_character_is_there_or_not() {
        for length in ROOM - 4..ROOM {
            let mut line = Line([0; ROOM], 0);
            line.text(&"x".repeat(length));
            line.text("…");
            let cut = length + '…'.len_utf8() >= ROOM;
            assert_eq!(line.as_str().ends_with('…'), !cut, "{length}");
            assert_eq!(line.as_str().ends_with('x'), cut, "{length}");
        }
    }

    #[test]
    fn says_who_is_not_protected_why_and_what_to_do() {
        let mut policy = crate::private::EMPTY;
        policy.settings.name = "main";
        let line = |policy: &Policy| Line::not_protected(policy, &Error::Unsupported);
        assert_eq!(
            line(&policy).as_str(),
            "seccomptime: main at :0 is not protected: this target has no seccomp; \
             leave the policy out on this target, with `cfg_attr`"
        );
        policy.settings.on_error = OnError::Continue;
        let expected = "seccomptime: main at :0 is not protected and goes on: ";
        assert!(line(&policy).as_str().starts_with(expected));
    }

    #[test]
    fn says_what_is_not_logged_and_what_to_do() {
        assert_eq!(
            Line::not_logged(&crate::private::EMPTY).as_str(),
            "seccomptime: the policy at :0 logs, but the kernel won't: `log` is not in \
             /proc/sys/kernel/seccomp/actions_logged; add it, as root"
        );
    }
}
