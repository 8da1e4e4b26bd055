//! What a program does under a fault.

use super::Column;
use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::guarded::{IN_FORCE, NO_STATUS, UNPROTECTED};
use seccomptime_tests::support::program::Ran;

/// The status of a program that couldn't be protected.
const UNPROTECTABLE: i32 = 78;

/// Where the attribute stands in each of the programs.
const LINE: u32 = 5;

/// The outcome, and what is printed: the status, as `seccomptime::status()` has it, or the reason on stderr.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// User code runs under the filter.
    InForce(&'static str),
    /// The same, and a debug build says on stderr that `log` won't be logged.
    Warned(&'static str),
    /// The program ends with status 78 before user code.
    Ends(&'static str),
    /// The same, after a debug build's warning that `log` won't be logged.
    WarnedEnds(&'static str),
    /// The same, by the instruction that no processor takes, since nothing else ends it.
    Dies(&'static str),
    /// User code runs without the filter, as declared.
    GoesOn(&'static str),
    /// There is no such case.
    None,
}

impl Cell {
    /// What it is with `on_error = continue`.
    pub fn going_on(self) -> Cell {
        match self {
            Cell::Ends(line) => Cell::GoesOn(line),
            cell => cell,
        }
    }

    /// How it ends, stdout and stderr.
    pub fn expected(self, column: &Column) -> Option<Seen> {
        let place = format!("seccomptime: {}", place(column.name));
        let because = |line| format!("{place} is not protected: {line}\n");
        let warning = if cfg!(debug_assertions) {
            format!("{place} {WARNING}\n")
        } else {
            String::new()
        };
        let in_force = |status| format!("{IN_FORCE}{status}\n{}", column.last);
        let (end, stdout, stderr) = match self {
            Cell::InForce(status) => (End::Exited(0), in_force(status), String::new()),
            Cell::Warned(status) => (End::Exited(0), in_force(status), warning),
            Cell::Ends(line) => (End::Exited(UNPROTECTABLE), String::new(), because(line)),
            Cell::WarnedEnds(line) => {
                let both = warning + &because(line);
                (End::Exited(UNPROTECTABLE), String::new(), both)
            }
            Cell::Dies(line) => (End::Killed(libc::SIGILL), String::new(), because(line)),
            Cell::GoesOn(line) => (
                End::Exited(0),
                format!("{UNPROTECTED}{NO_STATUS}\n"),
                format!("{place} is not protected and goes on: {line}\n"),
            ),
            Cell::None => return None,
        };
        Some(Seen {
            end,
            stdout,
            stderr,
        })
    }
}

/// What a debug build says where `log` won't be logged, after the place.
pub const WARNING: &str = "logs, but the kernel won't: `log` is not in \
                           /proc/sys/kernel/seccomp/actions_logged; add it, as root";

fn place(program: &str) -> String {
    format!("main at tests/src/bin/{program}.rs:{LINE}")
}

/// What was seen of a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    end: End,
    stdout: String,
    stderr: String,
}

/// A run, with what differs from one to the next made alike.
pub fn seen(ran: &Ran) -> Seen {
    Seen {
        end: ran.end,
        stdout: ran.stdout.clone(),
        stderr: without_ids(&ran.stderr),
    }
}

/// A thread's id that was answered is written `ID`.
fn without_ids(text: &str) -> String {
    const ANSWERED: &str = " answered ";
    let Some((before, after)) = text.split_once(ANSWERED) else {
        return text.to_owned();
    };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    match after.split_at(digits) {
        ("" | "0", _) => text.to_owned(),
        (_, rest) => format!("{before}{ANSWERED}ID{rest}"),
    }
}
