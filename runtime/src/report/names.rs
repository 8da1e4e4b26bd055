//! The names of the calls that a policy may deny, and of their arguments.
//!
//! They come as text, a line each: the number, the name, and for each argument a letter for its type and its name.
//!
//! ```text
//! 41 socket i:family i:type i:protocol
//! ```
//!
//! Letters: `i` and `I` for signed numbers of 32 and 64 bits, `u` and `U` for unsigned ones, `h` for one of 16, `p` for a pointer, `-` for a
//! register that the call doesn't look at. A `=` before the letter marks the argument that tells what the call does (`=u:cmd`).

use super::text::Text;

/// The names of a policy's calls.
#[derive(Clone, Copy)]
pub(crate) struct Names(&'static str);

/// A call.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    name: &'static str,
    /// What follows the name.
    args: &'static str,
}

impl Names {
    pub(crate) const fn of(text: &'static str) -> Names {
        Names(text)
    }

    pub(crate) fn call(self, nr: u32) -> Option<Call> {
        self.0.lines().find_map(|line| {
            let (number, rest) = line.split_once(' ')?;
            let (name, args) = rest.split_once(' ').unwrap_or((rest, ""));
            (number.parse() == Ok(nr)).then_some(Call { name, args })
        })
    }
}

impl Call {
    /// `socket(family = 2, type = 1, protocol = 0)`
    pub(crate) fn say(self, args: Option<[u64; 6]>, text: &mut Text) {
        text.add(self.name);
        text.add("(");
        let mut is_first = true;
        for (slot, (kind, name)) in self.arguments().enumerate() {
            if kind == "-" {
                continue;
            }
            if !is_first {
                text.add(", ");
            }
            is_first = false;
            text.add(name);
            if let Some(value) = args.and_then(|args| args.get(slot).copied()) {
                text.add(" = ");
                say_value(kind, value, text);
            }
        }
        text.add(")");
    }

    /// The rule that permits it: `socket(family == 2)` where an argument tells what it does, else the name alone.
    pub(crate) fn say_rule(self, args: Option<[u64; 6]>, text: &mut Text) {
        text.add(self.name);
        let telling = self
            .arguments()
            .enumerate()
            .find_map(|(slot, (kind, name))| Some((slot, kind.strip_prefix(TELLING)?, name)));
        if let (Some((slot, kind, name)), Some(args)) = (telling, args) {
            text.add("(");
            text.add(name);
            text.add(" == ");
            say_value(kind, args.get(slot).copied().unwrap_or(0), text);
            text.add(")");
        }
    }

    /// Type and name of each.
    fn arguments(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let words = self.args.split_ascii_whitespace();
        words.map(|word| word.split_once(':').unwrap_or((word, "")))
    }
}

/// Before the type of the argument that tells what a call does.
const TELLING: char = '=';

fn say_value(kind: &str, value: u64, text: &mut Text) {
    // Each is as wide as the kernel takes it, and signed as it is there.
    match kind.trim_start_matches(TELLING) {
        "i" => say_signed((value as u32 as i32).into(), text),
        "I" => say_signed(value as i64, text),
        "u" => text.hex_or_decimal((value as u32).into()),
        "h" => text.hex_or_decimal((value as u16).into()),
        "U" => text.hex_or_decimal(value),
        _ => text.hex(value),
    }
}

fn say_signed(value: i64, text: &mut Text) {
    match u64::try_from(value) {
        // Flags, often enough.
        Ok(value) => text.hex_or_decimal(value),
        Err(_) => text.signed(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    const NAMES: Names = Names::of(
        "16 ioctl u:fd =u:cmd U:arg\n257 openat i:dfd p:filename u:flags h:mode\n39 getpid\n180 pread - I:pos\n",
    );

    fn said(nr: u32, args: [u64; 6]) -> (String, String) {
        let call = NAMES.call(nr).unwrap();
        let mut text = [Text::new(), Text::new()];
        call.say(Some(args), &mut text[0]);
        call.say_rule(Some(args), &mut text[1]);
        let [call, rule] = text.map(|mut text| String::from_utf8(text.line().to_vec()).unwrap());
        (call, rule)
    }

    #[test]
    fn arguments_in_their_types() {
        let (call, rule) = said(257, [0xffff_ff9c, 0x7f00, 0x80000, 0x1_01b6, 0, 0]);
        assert_eq!(
            call,
            "openat(dfd = -100, filename = 0x7f00, flags = 0x80000, mode = 438)\n"
        );
        assert_eq!(rule, "openat\n");
        let (call, rule) = said(16, [0x1_0000_0001, 0x5401, 3, 0, 0, 0]);
        assert_eq!(call, "ioctl(fd = 1, cmd = 0x5401, arg = 3)\n");
        assert_eq!(rule, "ioctl(cmd == 0x5401)\n");
        assert_eq!(said(39, [1; 6]).0, "getpid()\n");
        assert_eq!(said(180, [1, u64::MAX, 0, 0, 0, 0]).0, "pread(pos = -1)\n");
        assert!(NAMES.call(2).is_none());
    }
}
