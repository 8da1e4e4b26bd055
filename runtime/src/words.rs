//! Numbers and names, small: a table of strings takes five times the room of its text, for each has a pointer, a length, and work
//! for the loader; so names that stand in the exit line lie in one text, and are counted off.

use core::fmt;

/// Where text goes: what is said on stderr and what [`fmt::Display`] shows is put together by the same functions.
pub(crate) trait Out {
    fn text(&mut self, text: &str);
}

/// Shows what `say` says.
pub(crate) fn show(
    f: &mut fmt::Formatter<'_>,
    say: impl FnOnce(&mut Formatted<'_, '_>),
) -> fmt::Result {
    let mut out = Formatted(f, Ok(()));
    say(&mut out);
    out.1
}

/// Std's formatter, and what it answered.
pub(crate) struct Formatted<'a, 'f>(&'a mut fmt::Formatter<'f>, fmt::Result);

impl Out for Formatted<'_, '_> {
    fn text(&mut self, text: &str) {
        if self.1.is_ok() {
            self.1 = self.0.write_str(text);
        }
    }
}

/// The word at `index` of `words`, which has one space between two; empty where there are fewer.
#[inline(never)]
pub(crate) const fn word(words: &'static str, index: usize) -> &'static str {
    let mut left = index;
    let mut rest = words.as_bytes();
    let mut end = rest;
    while let [byte, after @ ..] = end {
        if *byte == b' ' {
            if left == 0 {
                break;
            }
            left -= 1;
            rest = after;
        }
        end = after;
    }
    match rest.split_at_checked(rest.len() - end.len()) {
        Some((word, _)) if left == 0 => ascii(word),
        _ => "",
    }
}

/// What was cut out of ASCII is text.
const fn ascii(text: &[u8]) -> &str {
    match core::str::from_utf8(text) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// Says a number in decimal.
#[inline(never)]
pub(crate) fn say_number(number: u32, out: &mut impl Out) {
    if number >= 10 {
        say_number(number / 10, out);
    }
    out.text(word("0 1 2 3 4 5 6 7 8 9", (number % 10) as usize));
}

/// Which of several bits is said first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    Lowest,
    Highest,
}

/// Says the names of the bits that are set, with a space between two.
#[inline(never)]
pub(crate) fn say_bits(bits: u32, names: &'static str, first: First, out: &mut impl Out) {
    let mut rest = bits;
    while let Some(highest) = rest.checked_ilog2() {
        let bit = match first {
            First::Lowest => rest.trailing_zeros(),
            First::Highest => highest,
        };
        if rest != bits {
            out.text(" ");
        }
        out.text(word(names, bit as usize));
        rest ^= 1 << bit;
    }
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::*;

    impl Out for String {
        fn text(&mut self, text: &str) {
            self.push_str(text);
        }
    }

    #[test]
    fn words_are_counted_off() {
        let words = "log kill_process user_notif";
        for (index, expected) in words.split(' ').enumerate() {
            assert_eq!(word(words, index), expected);
        }
        assert_eq!(word(words, 3), "");
        assert_eq!(word("", 0), "");
    }

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 4095, 1_000_000, u32::MAX] {
            let mut text = String::new();
            say_number(number, &mut text);
            assert_eq!(text, number.to_string());
        }
    }
}
