//! What the SIGSYS reporter has to know of the calls that a policy may deny with `trap`: their names, their arguments' names and types.
//!
//! A line each: the number, the name, and for each register that the call takes a letter for the type and the name.
//!
//! ```text
//! 41 socket =i:family i:type i:protocol
//! ```
//!
//! `i` and `I` are signed numbers of 32 and 64 bits, `u` and `U` unsigned ones, `h` is one of 16 bits, `p` a pointer, and `-` a register that the
//! call doesn't look at. `=` marks the argument that tells what the call does, by which a rule for it is best narrowed.

use crate::action::Verb;
use crate::argument::{Type, locate};
use crate::data::{Class, SYSCALLS, Syscall};
use crate::resolve::number_on;
use crate::select::Selection;

/// Calls that do different things by an argument.
const TELLING: [(&str, &str); 6] = [
    ("fcntl", "cmd"),
    ("fcntl64", "cmd"),
    ("ioctl", "cmd"),
    ("prctl", "option"),
    ("socket", "family"),
    ("socketcall", "call"),
];

/// The lines for one arch.
pub fn trapped(selection: &Selection) -> String {
    let mut lines = String::new();
    for call in &SYSCALLS {
        let Some(number) = number_on(call, selection.arch.table) else {
            continue;
        };
        let decision = selection.decide(number);
        if decision.actions().any(|action| action.verb == Verb::Trap) {
            lines.push_str(&line(number, call, selection));
        }
    }
    lines
}

fn line(number: u32, call: &'static Syscall, selection: &Selection) -> String {
    let mut line = format!("{number} {}", call.name);
    for slot in call.args_on(selection.arch.table) {
        if slot.class == Class::Pad {
            line.push_str(" -");
            continue;
        }
        // What is named can be found, or it is beyond what a filter sees.
        let Ok(argument) = locate(Some(call), slot.name, selection.arch) else {
            break;
        };
        let telling = TELLING.contains(&(call.name, slot.name));
        let mark = if telling { "=" } else { "" };
        line.push_str(&format!(" {mark}{}:{}", letter(argument.ty), slot.name));
    }
    line.push('\n');
    line
}

fn letter(ty: Type) -> char {
    match (ty.pointer, ty.bits, ty.signed) {
        (true, ..) => 'p',
        (_, 16, _) => 'h',
        (_, 32, true) => 'i',
        (_, 32, false) => 'u',
        (_, _, true) => 'I',
        (_, _, false) => 'U',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Arch;
    use crate::diagnostic::Report;
    use crate::lex::lex;
    use crate::parse::parse;
    use crate::resolve::resolve;
    use crate::select::Defaults;

    fn names(text: &str, arch: &str) -> String {
        let tokens = lex(text, 0).unwrap().tokens;
        let mut report = Report::default();
        let policy = parse(&tokens, &mut report);
        let names = resolve(&policy, &mut report);
        assert!(!report.has_errors());
        let defaults = Defaults::of(&policy, false);
        let arch = Arch::from_name(arch).unwrap();
        trapped(&Selection::of(&names, &defaults, arch))
    }

    #[test]
    fn what_may_be_trapped_and_nothing_else() {
        let text = "allow(read, socket(family == 1)), trap(openat), default = log, trap(socket)";
        assert_eq!(
            names(text, "x86_64"),
            "257 openat i:dfd p:filename i:flags h:mode\n41 socket =i:family i:type i:protocol\n"
        );
        // A value of 64 bits is in two registers, after one that aligns it.
        assert_eq!(
            names("trap(pread64), default = log", "arm"),
            "180 pread64 u:fd p:buf u:count - u:pos_lo u:pos_hi\n"
        );
    }

    #[test]
    fn calls_that_are_told_by_an_argument_have_it() {
        for (call, argument) in TELLING {
            let call = crate::data::syscall(call).unwrap();
            let has = |arg: &crate::data::Arg| arg.name == argument;
            assert!(call.args.iter().any(has), "{}", call.name);
        }
    }
}
