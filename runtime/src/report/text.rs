//! The reporter's line, put together on the stack of a signal handler, with numbers as calls have them.

use crate::Policy;
use crate::line::Line;

pub(crate) struct Text(Line);

impl Text {
    pub(crate) fn new() -> Text {
        Text(Line::new())
    }

    pub(crate) fn add(&mut self, text: &str) {
        self.0.text(text);
    }

    /// The line, with its end.
    pub(crate) fn line(&mut self) -> &[u8] {
        self.0.ended()
    }

    pub(crate) fn decimal(&mut self, number: u64) {
        self.digits(number, 10);
    }

    pub(crate) fn hex(&mut self, number: u64) {
        self.add("0x");
        self.digits(number, 16);
    }

    /// A small number in decimal, since it counts something; a large one in hexadecimal, since it is made of bits.
    pub(crate) fn hex_or_decimal(&mut self, number: u64) {
        const LARGE: u64 = 4096;
        if number < LARGE {
            self.decimal(number);
        } else {
            self.hex(number);
        }
    }

    pub(crate) fn signed(&mut self, number: i64) {
        if number < 0 {
            self.add("-");
        }
        self.decimal(number.unsigned_abs());
    }

    fn digits(&mut self, number: u64, base: u64) {
        let mut unit = 1;
        while number / unit >= base {
            unit *= base;
        }
        while unit > 0 {
            // Less than the base.
            let digit = usize::try_from(number / unit % base).unwrap_or(0);
            self.add(DIGITS.get(digit..=digit).unwrap_or_default());
            unit /= base;
        }
    }

    /// `main at src/main.rs:3`
    pub(crate) fn add_place(&mut self, policy: &Policy) {
        policy.say_place(&mut self.0);
    }
}

const DIGITS: &str = "0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::ROOM;
    use std::format;
    use std::string::String;

    fn text(make: impl FnOnce(&mut Text)) -> String {
        let mut text = Text::new();
        make(&mut text);
        String::from_utf8(text.line().to_vec()).unwrap()
    }

    #[test]
    fn numbers() {
        for number in [0, 1, 9, 10, 4095, 4096, u64::MAX] {
            assert_eq!(text(|t| t.decimal(number)), format!("{number}\n"));
            assert_eq!(text(|t| t.hex(number)), format!("{number:#x}\n"));
        }
        for number in [0, -1, i64::MIN, i64::MAX] {
            assert_eq!(text(|t| t.signed(number)), format!("{number}\n"));
        }
        assert_eq!(text(|t| t.hex_or_decimal(4095)), "4095\n");
        assert_eq!(text(|t| t.hex_or_decimal(4096)), "0x1000\n");
    }

    #[test]
    fn what_is_too_long_is_cut_and_still_a_line() {
        let long = text(|t| (0..ROOM).for_each(|_| t.add("xy")));
        assert_eq!(long.len(), ROOM);
        assert!(long.ends_with("xy\n") || long.ends_with("yx\n"));
    }
}
