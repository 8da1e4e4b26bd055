//! What is said of the errors that any policy can meet.
//!
//! Most programs have it only for the one line that they print where they can't be protected, and it is most of what they have of this
//! crate. So all of it lies in one text, of which each piece ends in a mark, a byte that isn't ASCII: a table of strings would take five
//! times the room, for the place, the length and the loader's work on each. The line is made from its end: so the figures of a number
//! come in the order in which they are found. The pieces lie in the order in which they stand in a line, and are met once in going
//! through them backwards.

use core::mem::MaybeUninit;
use core::slice::IterMut;

use crate::errno::Returned;
use crate::line::ROOM;
use crate::words::{ascii, behind};
use crate::{Call, Errno, ErrorKind};

/// What a piece ends in. That of an errno's name is the errno's complement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark(u8);

impl Mark {
    /// Other bytes are a piece's text.
    const FIRST: u8 = 0x80;
    /// Those of the calls come first, in the order of [`Call`].
    const AFTER_CALLS: u8 = Mark::FIRST + Call::ALL.len() as u8;
    pub(crate) const WOULD_KILL: Mark = Mark(Mark::AFTER_CALLS);
    pub(crate) const ANSWERED: Mark = Mark(Mark::AFTER_CALLS + 1);
    /// Those of what it means come next, in the order of [`ErrorKind`].
    const KINDS: u8 = Mark::AFTER_CALLS + 2;
    /// The errnos have the bytes from there on, as far as they have names.
    const ERRNOS: u8 = Mark::KINDS + ErrorKind::ALL.len() as u8;
    /// The line's head. No errno has it, for its complement would be 0.
    const HEAD: Mark = Mark(u8::MAX);
    /// No piece's.
    const NONE: Mark = Mark(0);

    #[inline(always)]
    const fn of_call(call: Call) -> Mark {
        Mark(Mark::FIRST + call as u8)
    }

    #[inline(always)]
    pub(crate) const fn of_kind(kind: ErrorKind) -> Mark {
        let kind = match kind {
            // To be killed for a call and to be refused it comes to the same.
            ErrorKind::WouldKill => ErrorKind::Sandbox,
            _ => kind,
        };
        Mark(Mark::KINDS + kind as u8)
    }

    /// That of the errno's name; none where the answer is no errno, or one too large to have a name here.
    #[inline(always)]
    pub(crate) const fn of_answer(answer: Returned) -> Mark {
        // The byte with its sign is an int's complement, which is one less than the answer.
        let lowest = Mark::ERRNOS as i8 as i32 + 1;
        // What isn't negative is less than that, too, where the sign is a bit as others.
        if answer.0 as u32 >= lowest as u32 {
            let [complement, ..] = (answer.0 - 1).to_le_bytes();
            Mark(complement)
        } else {
            Mark::NONE
        }
    }
}

/// What an error says: the marks of the pieces of its line, from the last one on.
///
/// Errors have it in place of a kind and a call, so that a number is all that it takes where an install fails.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said(u32);

impl Said {
    /// Stands where the answer's mark will be.
    const ANSWER: u8 = Mark::NONE.0;

    #[inline(always)]
    pub(crate) const fn new(kind: ErrorKind, call: Call) -> Said {
        let (call, meaning) = (Mark::of_call(call).0, Mark::of_kind(kind).0);
        Said(u32::from_le_bytes(match kind {
            ErrorKind::WouldKill => [meaning, Mark::WOULD_KILL.0, call, Mark::HEAD.0],
            _ => [meaning, Said::ANSWER, Mark::ANSWERED.0, call],
        }))
    }

    /// That the call with this number in [`Call`] would be the end of the process.
    #[inline(always)]
    pub(crate) const fn would_kill(call: u32) -> Said {
        const CALL: u32 = 2 * u8::BITS;
        Said(Said::new(ErrorKind::WouldKill, Call::ALL[0]).0 + (call << CALL))
    }

    pub(crate) const fn kind(self) -> ErrorKind {
        match self.0.to_le_bytes() {
            [kind, Said::ANSWER, ..] => ErrorKind::ALL[(kind - Mark::KINDS) as usize],
            _ => ErrorKind::WouldKill,
        }
    }

    pub(crate) const fn call(self) -> Call {
        let call = match self.0.to_le_bytes() {
            [_, Said::ANSWER, _, call] | [_, _, call, _] => call,
        };
        Call::ALL[(call - Mark::FIRST) as usize]
    }
}

/// All pieces, but for the names of errnos, which follow the one that says that there was an answer.
const PIECES: [(Mark, &str); 11] = [
    named(Call::SetModeFilter),
    named(Call::SetNoNewPrivs),
    named(Call::PrctlSetSeccomp),
    named(Call::UnshareThread),
    (Mark::WOULD_KILL, " would kill"),
    (Mark::ANSWERED, " answered "),
    (
        Mark::of_kind(ErrorKind::NoFilterMode),
        ": this kernel has no filters; it takes CONFIG_SECCOMP_FILTER\n",
    ),
    (
        Mark::of_kind(ErrorKind::NotAlone),
        ": other threads, and no seccomp(2) for them; install earlier\n",
    ),
    (
        Mark::of_kind(ErrorKind::Thread),
        ": this thread has other filters; install earlier\n",
    ),
    (
        Mark::of_kind(ErrorKind::NoRoom),
        ": filters hold 32768 instructions in all; install fewer\n",
    ),
    (
        Mark::of_kind(ErrorKind::Sandbox),
        ": a sandbox is in the way; allow `@install` in it\n",
    ),
];

const fn named(call: Call) -> (Mark, &'static str) {
    (Mark::of_call(call), call.name())
}

const LENGTH: usize = {
    let mut length = 0;
    let mut rest = PIECES.as_slice();
    while let [(_, text), others @ ..] = rest {
        length += text.len() + 1;
        rest = others;
    }
    let mut rest = Errno::OF_INSTALLS.as_slice();
    while let [(_, name), others @ ..] = rest {
        length += name.len() + 1;
        rest = others;
    }
    length
};

const TEXTS: [u8; LENGTH] = {
    let (mut texts, mut at) = ([0; LENGTH], 0);
    let mut rest = PIECES.as_slice();
    while let [(mark, text), others @ ..] = rest {
        at = add(&mut texts, at, text, *mark);
        rest = others;
        let mut errnos = Errno::OF_INSTALLS.as_slice();
        while let (Mark::ANSWERED, [(raw, name), others @ ..]) = (*mark, errnos) {
            let mark = Mark::of_answer(Returned(-*raw));
            assert!(mark.0 >= Mark::ERRNOS, "an errno without a mark");
            at = add(&mut texts, at, name, mark);
            errnos = others;
        }
    }
    texts
};

const fn add(texts: &mut [u8; LENGTH], at: usize, text: &str, mark: Mark) -> usize {
    assert!(text.is_ascii(), "what could be taken for a mark");
    let mut at = at;
    let mut rest = text.as_bytes();
    while let [byte, others @ ..] = rest {
        texts[at] = *byte;
        at += 1;
        rest = others;
    }
    texts[at] = mark.0;
    at + 1
}

/// The piece with this mark, without the line's end; empty where none has it.
pub(crate) const fn piece(mark: Mark) -> &'static str {
    let texts: &'static [u8] = const { &TEXTS };
    let (mut piece, mut rest) = (texts, texts);
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte == mark.0 {
            let length = piece.len() - after.len() - 1;
            return match piece.split_at_checked(length) {
                Some(([text @ .., b'\n'] | text, _)) => ascii(text),
                None => "",
            };
        }
        if *byte >= Mark::FIRST {
            piece = after;
        }
    }
    ""
}

/// What to do about an error that any policy can meet.
pub(crate) const fn hint(kind: ErrorKind) -> &'static str {
    behind("; ", piece(Mark::of_kind(kind)))
}

/// Room for a line, in which nothing was written yet.
pub(crate) const EMPTY: [MaybeUninit<u8>; ROOM] = [const { MaybeUninit::uninit() }; ROOM];

/// The room that the pieces take behind a line's head, with its mark.
pub const TEXTS_LENGTH: usize = LENGTH + 1;

/// All that a program can say where its policy is not in force: how the line begins, and the pieces of what follows.
pub struct Texts<const N: usize> {
    texts: [u8; N],
    /// Whether nothing in the head looks like a mark.
    is_ascii: bool,
}

impl<const N: usize> Texts<N> {
    /// The length of the head.
    const HEAD: usize = N - TEXTS_LENGTH;

    /// Of a program whose line begins with `head`: `seccomptime: main at src/main.rs:3 is not protected: `.
    ///
    /// # Panics
    ///
    /// Where `head` has another length than is left for it.
    #[must_use]
    pub const fn new(head: &str) -> Texts<N> {
        assert!(head.len() == Self::HEAD, "a head of another length");
        let is_ascii = head.is_ascii();
        let head = head.as_bytes();
        let mut texts = [Mark::HEAD.0; N];
        let mut at = 0;
        while at < N {
            if at < Self::HEAD {
                texts[at] = head[at];
            } else if at > Self::HEAD {
                texts[at] = TEXTS[at - Self::HEAD - 1];
            }
            at += 1;
        }
        Texts { texts, is_ascii }
    }

    /// Puts the line about an error that any policy can meet into `room`. A line too long lacks its beginning. `made` makes a byte of the
    /// line into what there is room for.
    #[inline(always)]
    pub(crate) fn say<'a, T>(
        &self,
        said: Said,
        answer: Returned,
        room: &'a mut [T; ROOM],
        made: impl Fn(u8) -> T,
    ) -> Option<&'a [T]> {
        let mut free = room.iter_mut();
        let answered = u32::from(Mark::of_answer(answer).0) << u8::BITS;
        // The call's mark comes last, and the ones that a shift brings in behind it are the head's.
        let mut marks = i32::from_ne_bytes((said.0 | answered).to_ne_bytes());
        let mut before = self.texts.iter();
        loop {
            let [mark, ..] = marks.to_le_bytes();
            marks >>= u8::BITS;
            let here = before.clone();
            let is_there = loop {
                let is_piece = self.is_ascii || before.len() > Self::HEAD;
                match before.next_back() {
                    None => break false,
                    Some(&byte) if byte == mark && is_piece => break true,
                    Some(_) => seldom(),
                }
            };
            if is_there {
                loop {
                    let is_piece = self.is_ascii || before.len() > Self::HEAD;
                    match before.clone().next_back() {
                        None => {
                            let start = free.len();
                            return room.get(start..);
                        }
                        Some(&byte) if byte >= Mark::FIRST && is_piece => break,
                        Some(&byte) => put(&mut free, made(byte)),
                    }
                    let _ = before.next_back();
                    seldom();
                }
            } else {
                seldom();
                before = here;
                let mut number = answer.0.unsigned_abs();
                loop {
                    // No more than 9.
                    put(&mut free, made(b'0' + (number % 10) as u8));
                    number /= 10;
                    if number == 0 {
                        break;
                    }
                }
            }
            seldom();
        }
    }
}

#[inline(always)]
fn put<T>(free: &mut IterMut<'_, T>, value: T) {
    if let Some(last) = free.next_back() {
        *last = value;
    }
}

/// Tells the compiler that what leads here seldom happens: it is laid out of the way then, and no loop in it is aligned.
#[cold]
#[inline(always)]
pub(crate) const fn seldom() {}

#[cfg(test)]
mod tests;
