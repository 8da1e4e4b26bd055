use std::string::String;
use std::vec::Vec;

use super::*;
use crate::Error;

const HEAD: &str = "seccomptime: main at src/main.rs:3 is not protected: ";
const PLAIN: &[ErrorKind] = ErrorKind::ALL.split_at(6).0;
const CALLS: [Call; 4] = [
    Call::SetModeFilter,
    Call::SetNoNewPrivs,
    Call::PrctlSetSeccomp,
    Call::UnshareThread,
];

fn line<const N: usize>(texts: &Texts<N>, error: &Error) -> String {
    let mut room = [0; ROOM];
    let line = texts.say(error.said, error.answer, &mut room, |byte| byte);
    String::from_utf8(line.unwrap().to_vec()).unwrap()
}

/// What the same error shows.
fn shown(head: &str, error: &Error) -> String {
    std::format!("{head}{error}; {}\n", error.hint())
}

#[test]
fn a_line_says_what_the_error_shows() {
    let texts = Texts::<{ TEXTS_LENGTH + HEAD.len() }>::new(HEAD);
    let named = Errno::OF_INSTALLS.map(|(raw, _)| -raw);
    let others = [0, 1, 7, 38, 127, 128, 255, 4711, i32::MAX, i32::MIN];
    let answers: Vec<i32> = (-4095..0).chain(named).chain(others).collect();
    for (kind, call) in PLAIN
        .iter()
        .flat_map(|kind| CALLS.map(|call| (*kind, call)))
    {
        for &answer in &answers {
            let error = match kind {
                ErrorKind::WouldKill => Error::would_kill(call),
                // The thread that it names may be there, and have a name.
                ErrorKind::Thread if answer > 0 => continue,
                _ => Error::new(kind, call, Returned(answer)),
            };
            assert_eq!(line(&texts, &error), shown(HEAD, &error));
        }
    }
    let thread = Error::new(ErrorKind::Thread, Call::SetModeFilter, Returned(4711));
    assert_eq!(
        line(&texts, &thread),
        std::format!(
            "{HEAD}seccomp(SECCOMP_SET_MODE_FILTER) answered 4711: \
             this thread has other filters; install earlier\n"
        )
    );
}

#[test]
fn a_head_may_have_any_characters() {
    // Its last bytes are those of marks.
    const HEAD: &str = "main at ü/ŋ/主/\u{10ffff}.rs:3: ";
    let texts = Texts::<{ TEXTS_LENGTH + HEAD.len() }>::new(HEAD);
    for answer in -4095..0 {
        let error = Error::new(ErrorKind::Sandbox, Call::SetNoNewPrivs, Returned(answer));
        assert_eq!(line(&texts, &error), shown(HEAD, &error));
    }
}

#[test]
fn a_line_too_long_lacks_its_beginning() {
    const HEAD: &str = match core::str::from_utf8(&[b'x'; ROOM]) {
        Ok(text) => text,
        Err(_) => "",
    };
    let texts = Texts::<{ TEXTS_LENGTH + HEAD.len() }>::new(HEAD);
    let error = Error::new(ErrorKind::NoRoom, Call::SetModeFilter, Returned::ENOMEM);
    let line = line(&texts, &error);
    assert_eq!(line.len(), ROOM);
    assert!(shown(HEAD, &error).ends_with(&line));
}

#[test]
fn what_is_said_has_a_kind_and_a_call() {
    for kind in ErrorKind::ALL {
        for (index, call) in Call::ALL.into_iter().enumerate() {
            let said = Said::new(kind, call);
            assert_eq!((said.kind(), said.call()), (kind, call));
            if kind == ErrorKind::WouldKill {
                assert!(Said::would_kill(u32::try_from(index).unwrap()) == said);
            }
        }
    }
    for (index, kind) in ErrorKind::ALL.into_iter().enumerate() {
        assert_eq!(kind as usize, index);
    }
}

#[test]
fn every_piece_is_found() {
    for (mark, text) in PIECES {
        assert_eq!(piece(mark), text.trim_end_matches('\n'));
    }
    for (raw, name) in Errno::OF_INSTALLS {
        assert_eq!(piece(Mark::of_answer(Returned(-raw))), name);
    }
    assert_eq!(piece(Mark::NONE), "");
    for &kind in PLAIN {
        let hint = hint(kind);
        assert!(!hint.is_empty() && piece(Mark::of_kind(kind)).ends_with(hint));
    }
}
