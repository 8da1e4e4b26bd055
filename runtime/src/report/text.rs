//! A line put together on the stack of a signal handler, which may be a small one.

use crate::Policy;

/// Longer than any call with six arguments; what a path makes longer is cut.
const ROOM: usize = 768;

pub(crate) struct Text {
    bytes: [u8; ROOM],
    length: usize,
}

impl Text {
    pub(crate) const fn new() -> Text {
        Text {
            bytes: [0; ROOM],
            length: 0,
        }
    }

    pub(crate) fn add(&mut self, text: &str) {
        text.bytes().for_each(|byte| self.byte(byte));
    }

    /// The last place is the line's end's.
    fn byte(&mut self, byte: u8) {
        if self.length < ROOM - 1 {
            if let Some(place) = self.bytes.get_mut(self.length) {
                *place = byte;
                self.length += 1;
            }
        }
    }

    /// The line, with its end.
    pub(crate) fn line(&mut self) -> &[u8] {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = b'\n';
        }
        self.bytes.get(..=self.length).unwrap_or_default()
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
            let digit = u8::try_from(number / unit % base).unwrap_or(0);
            self.byte(if digit < 10 {
                b'0' + digit
            } else {
                b'a' + (digit - 10)
            });
            unit /= base;
        }
    }

    /// `main at src/main.rs:3`
    pub(crate) fn add_place(&mut self, policy: &Policy) {
        let source = policy.source();
        self.add(match policy.settings.name {
            "" => "the policy",
            name => name,
        });
        self.add(" at ");
        self.add(source.file);
        self.add(":");
        self.decimal(source.line.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
