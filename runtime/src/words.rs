//! Numbers and names, small: a table of strings takes five times the room of its text, for each has a pointer, a length, and work
//! for the loader. So what belongs together lies in one text, a line each, and is counted off.

/// The line at `index` of `lines`; empty where there are fewer.
pub(crate) const fn line_of(lines: &'static str, index: usize) -> &'static str {
    let mut left = index;
    let mut rest = lines.as_bytes();
    let mut end = rest;
    while let [byte, after @ ..] = end {
        if *byte == b'\n' {
            if left == 0 {
                break;
            }
            left -= 1;
            rest = after;
        }
        end = after;
    }
    match rest.split_at_checked(rest.len() - end.len()) {
        Some((line, _)) if left == 0 => ascii(line),
        _ => "",
    }
}

/// What stands behind `mark`, which stands in `text` once.
pub(crate) const fn behind(mark: &str, text: &'static str) -> &'static str {
    let mark = mark.as_bytes();
    let mut rest = text.as_bytes();
    let mut met = 0;
    while let [byte, after @ ..] = rest {
        rest = after;
        met = if *byte == mark[met] { met + 1 } else { 0 };
        if met == mark.len() {
            break;
        }
    }
    ascii(rest)
}

/// What was cut out of ASCII is text.
const fn ascii(text: &[u8]) -> &str {
    match core::str::from_utf8(text) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// How long [`numbered`] is.
pub(crate) const fn numbered_length(names: &[(i32, &str)]) -> usize {
    let mut length = 0;
    let mut lines = 0;
    let mut rest = names;
    while let [(number, name), others @ ..] = rest {
        length += name.len();
        if *number > lines {
            lines = *number;
        }
        rest = others;
    }
    // Small, and positive.
    length + lines as usize
}

/// Lines of which each has the name of its number, or nothing.
pub(crate) const fn numbered<const LENGTH: usize>(names: &[(i32, &str)]) -> [u8; LENGTH] {
    let mut lines = [b'\n'; LENGTH];
    let (mut at, mut number) = (0, 0);
    while at < LENGTH {
        let mut rest = names;
        while let [(other, name), others @ ..] = rest {
            if *other == number {
                let mut bytes = name.as_bytes();
                while let [byte, after @ ..] = bytes {
                    lines[at] = *byte;
                    at += 1;
                    bytes = after;
                }
            }
            rest = others;
        }
        at += 1;
        number += 1;
    }
    lines
}

/// One text behind the other.
pub(crate) const fn joined<const LENGTH: usize>(first: &[u8], second: &[u8]) -> [u8; LENGTH] {
    let mut joined = [0; LENGTH];
    let mut at = 0;
    while at < LENGTH {
        joined[at] = match at.checked_sub(first.len()) {
            None => first[at],
            Some(at) => second[at],
        };
        at += 1;
    }
    joined
}

/// The text that the bytes begin with: it ends before a character that isn't whole.
pub(crate) fn whole_characters(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let whole = bytes.get(..error.valid_up_to()).unwrap_or_default();
            core::str::from_utf8(whole).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_off() {
        let lines = "log\n\nkill_process\nuser_notif";
        for (index, expected) in lines.split('\n').enumerate() {
            assert_eq!(line_of(lines, index), expected);
        }
        assert_eq!(line_of(lines, 4), "");
        assert_eq!(line_of("", 0), "");
    }

    #[test]
    fn what_stands_behind_a_mark() {
        assert_eq!(behind("; ", "this; that"), "that");
        assert_eq!(behind("; ", "this;that"), "");
    }

    #[test]
    fn names_lie_at_their_numbers() {
        const NAMES: [(i32, &str); 3] = [(3, "three"), (1, "one"), (4, "four")];
        const LINES: [u8; numbered_length(&NAMES)] = numbered(&NAMES);
        assert_eq!(&LINES, b"\none\n\nthree\nfour");
        assert_eq!(&joined::<17>(b"*", &LINES), b"*\none\n\nthree\nfour");
    }
}
