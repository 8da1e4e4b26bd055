//! A line of text on the stack: what is said on stderr, and what [`fmt::Display`] shows of the same things.
//!
//! Most programs have it only for the one line that they print where they can't be protected. So it does without `format_args!`,
//! which would bring more than the rest of it; and what can be said of any policy is one text, from which lines are taken by their
//! number: a table of strings would take as much again, for the place, the length and the loader's work on each.

use core::ffi::c_long;
use core::fmt;

use crate::words::{behind, joined, line_of, numbered, numbered_length, whole_characters};
use crate::{Call, Errno, ErrorKind, sys};

/// First the calls, in the order of [`Call`]; last what it means, in the order of [`ErrorKind`], and what to do.
const TEXTS: &str = "\
seccomp(SECCOMP_SET_MODE_FILTER)
prctl(PR_SET_NO_NEW_PRIVS)
prctl(PR_SET_SECCOMP)
unshare(CLONE_THREAD)
 would kill this process
 answered 
: this kernel has no seccomp filters; it takes CONFIG_SECCOMP_FILTER
: there are other threads, and no seccomp(2) to filter them; install earlier
: this thread has other filters; install earlier
: all filters of a thread hold 32768 instructions; install fewer
: an earlier sandbox is in the way; allow `@install` in it
";
const WOULD_KILL: usize = 4;
const ANSWERED: usize = 5;
const KINDS: usize = 6;
/// Behind the texts: the names of the errnos, each in the line that is as many lines off.
const ERRNOS: usize = 11;

const ERRNO_NAMES: [u8; numbered_length(&Errno::OF_INSTALLS)] = numbered(&Errno::OF_INSTALLS);

/// The texts and those names. A `static` would be another crate's where it is used, and found through a table.
const LINES: [u8; TEXTS.len() + ERRNO_NAMES.len()] = joined(TEXTS.as_bytes(), &ERRNO_NAMES);

/// Long enough for all that this crate says, with a path of some hundred bytes; what is longer is cut.
pub(crate) const ROOM: usize = 1024;

/// A line's text, and how long it is. The last byte of the room is kept for the line's end.
pub(crate) struct Line {
    text: [u8; ROOM],
    length: usize,
}

/// What to do about an error that any policy can meet.
pub(crate) const fn hint(kind: ErrorKind) -> &'static str {
    behind("; ", line_of(TEXTS, kind_line(kind)))
}

/// To be killed for a call and to be refused it comes to the same.
#[inline(always)]
const fn kind_line(kind: ErrorKind) -> usize {
    let (kind, last) = (kind as usize, ErrorKind::Sandbox as usize);
    KINDS + if kind < last { kind } else { last }
}

impl Line {
    #[inline(always)]
    pub(crate) fn new() -> Line {
        Line {
            text: [0; ROOM],
            length: 0,
        }
    }

    /// Adds text.
    #[inline(never)]
    pub(crate) fn text(&mut self, text: &str) {
        self.head(text);
    }

    /// Adds text, for the one place of a program that does.
    #[inline(always)]
    pub(crate) fn head(&mut self, text: &str) {
        let room = self.text[..ROOM - 1].iter_mut().skip(self.length);
        for (to, from) in room.zip(text.as_bytes()) {
            *to = *from;
            self.length += 1;
        }
    }

    /// Adds the name of a call, of those that any install may make.
    #[inline(always)]
    pub(crate) fn call(&mut self, call: Call) {
        self.line(call as usize);
    }

    /// Adds that the call would be the end.
    #[inline(always)]
    pub(crate) fn would_kill(&mut self) {
        self.line(WOULD_KILL);
    }

    /// Adds what the kernel answered: an error, with its name where it has one here, or another number.
    #[inline(always)]
    pub(crate) fn answered(&mut self, answer: c_long) {
        self.line(ANSWERED);
        let number = answer.unsigned_abs();
        // None of them comes near the ends of these types.
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let named = answer < 0 && self.line(ERRNOS.saturating_add(number as usize));
        if !named {
            self.number(number);
        }
    }

    /// Adds what it means, and what to do about it.
    #[inline(always)]
    pub(crate) fn meaning(&mut self, kind: ErrorKind) {
        self.line(kind_line(kind));
    }

    /// Adds the line at `index` of [`LINES`], and says whether there was anything to add.
    #[cold] // Or it would be inlined wherever something is said.
    #[inline]
    fn line(&mut self, index: usize) -> bool {
        let before = self.length;
        let (mut left, mut length) = (index, before);
        for &byte in const { &LINES } {
            if byte == b'\n' {
                if left == 0 {
                    break;
                }
                left -= 1;
            } else if left == 0 && length < ROOM - 1 {
                self.text[length] = byte;
                length += 1;
            }
        }
        self.length = length;
        length > before
    }

    /// Adds a number in decimal: backwards, once it is known how many figures it has.
    #[inline]
    pub(crate) fn number(&mut self, number: u32) {
        self.length += 1;
        let mut rest = number;
        while rest >= 10 {
            self.length += 1;
            rest /= 10;
        }
        rest = number;
        let mut at = self.length;
        loop {
            at -= 1;
            if let Some(figure) = self.text.get_mut(at) {
                // No more than 9.
                *figure = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            }
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
    }

    /// Writes the line to stderr at once: so short a text isn't written in parts.
    #[inline]
    pub(crate) fn print(&mut self) {
        let line = self.ended();
        // Any other answer: no stderr, or a filter. Nothing can be said then, and what follows matters more.
        while sys::write_stderr(line) == Err(Errno::EINTR) {}
    }

    /// The line, with its end.
    #[inline(always)]
    pub(crate) fn ended(&mut self) -> &[u8] {
        let end = self.length.min(ROOM - 1);
        self.text[end] = b'\n';
        &self.text[..=end]
    }

    /// What there is of it. A character that was cut in two isn't.
    pub(crate) fn as_str(&self) -> &str {
        whole_characters(self.text.get(..self.length).unwrap_or_default())
    }
}

/// Shows what `say` says.
pub(crate) fn show(f: &mut fmt::Formatter<'_>, say: impl FnOnce(&mut Line)) -> fmt::Result {
    let mut line = Line::new();
    say(&mut line);
    f.write_str(line.as_str())
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::*;

    #[test]
    fn a_line_too_long_is_cut() {
        for length in ROOM - 4..ROOM + 4 {
            let mut line = Line::new();
            line.text(&"x".repeat(length));
            line.text("y");
            assert_eq!(line.as_str().len(), (ROOM - 1).min(length + 1));
            assert!(line.as_str().starts_with("xx"));
        }
    }

    #[test]
    fn a_character_is_there_or_not() {
        for length in ROOM - 4..ROOM {
            let mut line = Line::new();
            line.text(&"x".repeat(length));
            line.text("…");
            let cut = length + '…'.len_utf8() >= ROOM;
            assert_eq!(line.as_str().ends_with('…'), !cut, "{length}");
            assert_eq!(line.as_str().ends_with('x'), cut, "{length}");
        }
    }

    fn said(say: impl FnOnce(&mut Line)) -> String {
        let mut line = Line::new();
        say(&mut line);
        line.as_str().to_string()
    }

    #[test]
    fn lines_are_where_they_are_looked_for() {
        for call in &Call::ALL[..WOULD_KILL] {
            assert_eq!(said(|line| line.call(*call)), call.name());
        }
        assert_eq!(said(|line| line.would_kill()), " would kill this process");
        assert_eq!(said(|line| line.answered(0)), " answered 0");
        assert_eq!(said(|line| line.answered(4711)), " answered 4711");
        for (raw, name) in Errno::OF_INSTALLS {
            let text = said(|line| line.answered(c_long::from(-raw)));
            assert_eq!(text, std::format!(" answered {name}"));
        }
        assert_eq!(said(|line| line.answered(-524)), " answered 524");
        assert_eq!(TEXTS.lines().count(), ERRNOS);
    }

    #[test]
    fn every_kind_has_its_text_and_its_hint() {
        let kinds = [
            (
                ErrorKind::NoFilterMode,
                "no seccomp filters",
                "it takes CONFIG_SECCOMP_FILTER",
            ),
            (
                ErrorKind::NotAlone,
                "there are other threads",
                "install earlier",
            ),
            (ErrorKind::Thread, "this thread", "install earlier"),
            (ErrorKind::NoRoom, "32768", "install fewer"),
            (ErrorKind::Sandbox, "sandbox", "allow `@install` in it"),
            (ErrorKind::WouldKill, "sandbox", "allow `@install` in it"),
        ];
        for (kind, word, to_do) in kinds {
            let text = said(|line| line.meaning(kind));
            assert!(text.starts_with(": ") && text.contains(word), "{text}");
            assert!(text.ends_with(&std::format!("; {to_do}")), "{text}");
            assert_eq!(hint(kind), to_do);
        }
    }

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 99, 100, 4095, 1_000_000, u32::MAX] {
            let mut line = Line::new();
            line.number(number);
            assert_eq!(line.as_str(), number.to_string());
        }
    }
}
