//! Programs with the attribute that other kernels run, and how the guest tells what each did: a line on its console.

use crate::support::fork::End;
use crate::support::program::{self, Ran};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// A program, and what it's told to do.
pub struct Case {
    /// What is tried.
    pub name: &'static str,
    /// The program's file.
    pub program: &'static str,
    /// Its arguments.
    pub arguments: &'static [&'static str],
}

const fn case(
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
) -> Case {
    Case {
        name,
        program,
        arguments,
    }
}

/// All of them, in the order in which they run.
pub const CASES: &[Case] = &[
    case("default = log", "guarded_log", &[]),
    case(
        "default = log or errno(EACCES)",
        "guarded_log_or_errno",
        &[],
    ),
    case("default = kill_process", "guarded_kill", &[]),
    case("default = errno(EPERM)", "guarded_errno", &[]),
    case("flags(log)", "guarded_flags", &[]),
    case("default = log, on_error = return", "on_error_return", &[]),
    case("default = log, on_error = panic", "on_error_panic", &[]),
    case(
        "default = log, on_error = continue",
        "on_error_continue",
        &[],
    ),
    case("no_new_privs", "drop_privs", &[]),
    case("flags(keep_privs)", "keep_privs", &[]),
    case("status of log", "status", &["log"]),
    case(
        "status of log or errno(EACCES)",
        "status",
        &["log_or_errno"],
    ),
    case("status of kill_process", "status", &["kill"]),
    case("status of flags(log, tsync)", "status", &["flags"]),
    case(
        "an unlisted call, log or errno(EACCES)",
        "status",
        &["log_or_errno", "unlisted"],
    ),
    case(
        "an unlisted call, kill_process",
        "status",
        &["kill", "unlisted"],
    ),
    case("status() in main and in a thread", "asks_status", &[]),
    case("a thread from before, flags(tsync)", "threads", &["tsync"]),
    case("a worker alone", "threads", &["calling"]),
    case("default = trap, report", "report", &["main"]),
    case("notify", "supervised", &["answers"]),
    case("arguments", "arguments", &[]),
    case("what the kernel offers", "offers", &[]),
];

/// What the case `arguments` prints on every kernel with filters, of any width and byte order.
pub const ARGUMENTS: &str = "int [false, true, true, true, false, false]
unsigned [false, false, true, true]
range of 64 bits [false, false, true, true, true, false]
sign of 64 bits [true, true, false, false, false]
mask [false, true, false]
";

/// What stands before the name of a case in its line.
const CASE: &str = "guest-case";
/// The first line of a guest, with the release of its kernel.
pub const BEGIN: &str = "guest-begin";
/// Before the status of the tests.
pub const TESTED: &str = "guest-tested";
/// The last line. Without it the kernel or the guest has crashed.
pub const END: &str = "guest-end";

/// What a program did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Did {
    /// How it ended.
    pub end: End,
    /// What it printed.
    pub stdout: String,
    /// What it printed for the user.
    pub stderr: String,
}

impl From<Ran> for Did {
    fn from(ran: Ran) -> Self {
        Self {
            end: ran.end,
            stdout: ran.stdout,
            stderr: ran.stderr,
        }
    }
}

impl Case {
    /// Runs the program, which is in this folder; `through` is what runs it, where the kernel doesn't by itself.
    pub fn run(&self, folder: &Path, through: Option<&Path>) -> Did {
        let program = folder.join(self.program);
        let (program, first) = match through {
            Some(through) => (through.to_owned(), Some(OsString::from(program))),
            None => (program, None),
        };
        let mut command = Command::new(program);
        command.args(first).args(self.arguments);
        // A panic takes the same lines wherever the variable is set.
        command.env_remove("RUST_BACKTRACE");
        program::run(command).into()
    }

    /// The line that tells what it did.
    pub fn line(&self, did: &Did) -> String {
        let end = match did.end {
            End::Exited(status) => format!("exit {status}"),
            End::Killed(signal) => format!("signal {signal}"),
            End::Hung => "hung 0".to_owned(),
        };
        let texts = [escaped(&did.stdout), escaped(&did.stderr)];
        format!("{CASE}\t{}\t{end}\t{}\t{}", self.name, texts[0], texts[1])
    }
}

/// Reads such a line: the name of the case, and what its program did.
pub fn read(line: &str) -> Option<(&str, Did)> {
    let mut fields = line.strip_prefix(CASE)?.strip_prefix('\t')?.split('\t');
    let name = fields.next()?;
    let (kind, number) = fields.next()?.split_once(' ')?;
    let number = number.parse().ok()?;
    let end = match kind {
        "exit" => End::Exited(number),
        "signal" => End::Killed(number),
        "hung" => End::Hung,
        _ => return None,
    };
    let stdout = plain(fields.next()?)?;
    let stderr = plain(fields.next()?)?;
    fields.next().is_none().then_some((
        name,
        Did {
            end,
            stdout,
            stderr,
        },
    ))
}

/// A text without what a console takes for more than itself.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
        .replace('\r', "\\r")
}

fn plain(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        plain.push(match next {
            '\\' => match rest.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '\\' => '\\',
                _ => return None,
            },
            _ => next,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_all_that_a_program_did() {
        let did = Did {
            end: End::Killed(31),
            stdout: "a\\n\tb\n".into(),
            stderr: String::new(),
        };
        let line = CASES[0].line(&did);
        assert_eq!(line.lines().count(), 1);
        assert_eq!(read(&line), Some((CASES[0].name, did)));
    }

    #[test]
    fn half_a_line_tells_nothing() {
        let did = Did {
            end: End::Exited(0),
            stdout: "out".into(),
            stderr: "err".into(),
        };
        let line = CASES[0].line(&did);
        let whole = line.rfind('\t').expect("there are tabs");
        assert_eq!(read(&line[..whole]), None);
        assert_eq!(read(&line.replace("exit", "exited")), None);
        assert_eq!(read("[    1.0] random: crng init done"), None);
    }
}
