//! One line on stderr, made on the stack and written at once.

use core::fmt::{self, Write};

use crate::policy::Place;
use crate::{Call, Errno, Error, Policy, kernel, own, sys};

/// Long enough for all that this crate says, with a path of some hundred bytes; what is longer is cut.
const ROOM: usize = 1024;

/// A line's bytes, and how many there are. The last byte of the room is kept for the line's end.
struct Line([u8; ROOM], usize);

impl Line {
    fn new() -> Line {
        Line([0; ROOM], 0)
    }

    fn end(&mut self) -> &[u8] {
        self.0[self.1] = b'\n';
        &self.0[..=self.1]
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = &mut self.0[self.1..ROOM - 1];
        let fits = text.len().min(room.len());
        room[..fits].copy_from_slice(&text.as_bytes()[..fits]);
        self.1 += fits;
        Ok(())
    }
}

fn print(arguments: fmt::Arguments<'_>) {
    let mut line = Line::new();
    // `write_str` never fails.
    let _ = line.write_fmt(arguments);
    let mut rest = line.end();
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

/// Why a policy is not in force, and what to do.
pub(crate) struct NotProtected<'a>(pub(crate) &'a Policy, pub(crate) &'a Error);

impl fmt::Display for NotProtected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotProtected(policy, error) = self;
        let goes_on = match policy.settings.on_error {
            crate::private::OnError::Continue => " and goes on",
            _ => "",
        };
        let (place, hint) = (Place(policy), error.hint());
        write!(
            f,
            "seccomptime: {place} is not protected{goes_on}: {error}; {hint}"
        )
    }
}

impl NotProtected<'_> {
    pub(crate) fn print(&self) {
        print(format_args!("{self}"));
    }
}

/// That the kernel's log won't show what the policy logs.
#[cold]
pub(crate) fn warn_not_logged(policy: &Policy) {
    if own::check(Call::Write).is_err() {
        return;
    }
    let (place, file) = (Place(policy), kernel::Sysctl::ActionsLogged);
    print(format_args!(
        "seccomptime: {place} logs, but the kernel won't: `log` is not in {file}; add it, as root"
    ));
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn a_line_too_long_is_cut() {
        for length in ROOM - 4..ROOM + 4 {
            let text = "x".repeat(length);
            let mut line = Line::new();
            write!(line, "{text}y").unwrap();
            let bytes = line.end();
            assert_eq!(bytes.len(), ROOM.min(length + 2));
            assert_eq!(bytes.iter().filter(|&&byte| byte == b'\n').count(), 1);
            assert!(bytes.ends_with(b"\n"));
        }
    }

    #[test]
    fn a_short_line_is_whole() {
        let mut line = Line::new();
        line.write_str("a").unwrap();
        line.write_char('b').unwrap();
        line.write_str("c").unwrap();
        assert_eq!(line.end(), b"abc\n");
    }

    #[test]
    fn says_who_is_not_protected_why_and_what_to_do() {
        let mut policy = crate::private::EMPTY;
        policy.settings.name = "main";
        let error = Error::Unsupported;
        assert_eq!(
            NotProtected(&policy, &error).to_string(),
            "seccomptime: main at :0 is not protected: this target has no seccomp; \
             leave the policy out on this target, with `cfg_attr`"
        );
        policy.settings.on_error = crate::private::OnError::Continue;
        let line = NotProtected(&policy, &error).to_string();
        assert!(line.starts_with("seccomptime: main at :0 is not protected and goes on: "));
    }
}
