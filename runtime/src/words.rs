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
pub(crate) const fn ascii(text: &[u8]) -> &str {
    match core::str::from_utf8(text) {
        Ok(text) => text,
        Err(_) => "",
    }
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
}
