//! A line of text on the stack: what is said on stderr, and what [`fmt::Display`] shows of the same things.
//!
//! It does without `format_args!`, which would bring more than the rest of it. What can be said of any policy is [`texts`]' to say.
//!
//! [`texts`]: crate::texts

use core::fmt;

use crate::errno::Returned;
use crate::texts::{Mark, piece};
use crate::words::whole_characters;
use crate::{Errno, sys};

/// Long enough for all that this crate says, with a path of some hundred bytes; what is longer is cut.
pub(crate) const ROOM: usize = 1024;

/// A line's text, and how long it is. The last byte of the room is kept for the line's end.
pub(crate) struct Line {
    text: [u8; ROOM],
    length: usize,
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
        let room = self.text[..ROOM - 1].iter_mut().skip(self.length);
        for (to, from) in room.zip(text.as_bytes()) {
            *to = *from;
            self.length += 1;
        }
    }

    /// Adds what the kernel answered: an error, with its name where any policy can meet it, or another number.
    pub(crate) fn answered(&mut self, answer: Returned) {
        self.piece(Mark::ANSWERED);
        if !self.piece(Mark::of_answer(answer)) {
            self.number(answer.0.unsigned_abs());
        }
    }

    /// Adds the piece with this mark, and says whether there is one.
    #[inline(never)]
    pub(crate) fn piece(&mut self, mark: Mark) -> bool {
        let piece = piece(mark);
        self.text(piece);
        !piece.is_empty()
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

    /// Writes the line to stderr.
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
    use std::string::ToString;

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

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 99, 100, 4095, 1_000_000, u32::MAX] {
            let mut line = Line::new();
            line.number(number);
            assert_eq!(line.as_str(), number.to_string());
        }
    }
}
