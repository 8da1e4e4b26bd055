//! Whether a guest did what it should: every case, every test, and its last line.

use crate::expected::Expected;
use crate::guests::{Class, Guest};
use seccomptime_tests::guest::{self, BEGIN, CASES, Did, TESTED};

/// What came of a test in a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It couldn't run there.
    Ignored(String),
    /// It failed.
    Failed,
}

/// What a guest did.
#[derive(Default, Debug)]
pub struct Report {
    /// The release of its kernel.
    pub kernel: String,
    /// What each case did.
    pub cases: Vec<(&'static str, Did)>,
    /// What came of each test.
    pub tests: Vec<(String, Outcome)>,
    /// What is wrong; nothing where nothing is.
    pub wrong: Vec<String>,
}

impl Report {
    /// That of a guest that never came to write anything.
    pub fn failed(why: String) -> Self {
        Self {
            wrong: vec![why],
            ..Self::default()
        }
    }
}

/// Reads what a guest wrote.
pub fn read(guest: &Guest, console: &str) -> Report {
    let mut report = Report::default();
    let mut ended = false;
    let mut statuses = Vec::new();
    // A test whose outcome is on a line of its own, since others wrote meanwhile.
    let mut running = None;
    for line in console.lines() {
        if let Some((_, release)) = line.split_once(BEGIN) {
            // Firmware clears the screen on this very line.
            report.kernel = release.trim().to_owned();
        } else if let Some((name, did)) = guest::read(line) {
            match CASES.iter().find(|case| case.name == name) {
                Some(case) => report.cases.push((case.name, did)),
                None => report.wrong.push(format!("no such case: {name}")),
            }
        } else if let Some((name, rest)) = test(line) {
            running = Some(name.to_owned());
            report
                .tests
                .extend(outcome(rest).and_then(|outcome| Some((running.take()?, outcome))));
        } else if let Some(outcome) = outcome(line) {
            report
                .tests
                .extend(running.take().map(|name| (name, outcome)));
        } else if let Some(status) = line.strip_prefix(TESTED) {
            statuses.push(status.trim().to_owned());
        }
        ended |= line.trim_end() == guest::END;
    }
    for case in CASES {
        let mut of_it = report.cases.iter().filter(|(name, _)| *name == case.name);
        let wrong = match (of_it.next(), of_it.next()) {
            (Some((_, did)), None) => Expected::of(case, guest.class()).wrong(did),
            (None, _) => Some("wasn't seen".to_owned()),
            _ => Some("was seen twice".to_owned()),
        };
        report
            .wrong
            .extend(wrong.map(|wrong| format!("{}: {wrong}", case.name)));
    }
    if guest.class() == Class::Linux {
        let wrong = tests_wrong(guest, console, &report, &statuses);
        report.wrong.extend(wrong);
    }
    if !ended {
        report
            .wrong
            .push("its last line is missing: the kernel, or the guest, crashed".to_owned());
    }
    report
}

/// The name on a line of a test runner, and what follows it.
fn test(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("test ")?.split_once(" ...")?;
    Some((name.trim_end(), rest))
}

fn outcome(text: &str) -> Option<Outcome> {
    Some(match text.trim() {
        "ok" => Outcome::Passed,
        "FAILED" => Outcome::Failed,
        ignored => {
            let reason = ignored.strip_prefix("ignored")?.trim();
            let reason = reason
                .strip_prefix('(')
                .and_then(|reason| reason.strip_suffix(')'));
            Outcome::Ignored(reason?.to_owned())
        }
    })
}

/// What is wrong with the tests of a guest.
fn tests_wrong(guest: &Guest, console: &str, report: &Report, statuses: &[String]) -> Vec<String> {
    let mut wrong = Vec::new();
    let tests = &report.tests;
    for (name, outcome) in tests {
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed => wrong.push(format!("{name} failed")),
            Outcome::Ignored(_) if may_be_ignored(guest, &report.kernel, name) => {}
            Outcome::Ignored(reason) => wrong.push(format!("{name} was ignored: {reason}")),
        }
    }
    let announced = console
        .lines()
        .filter_map(|line| line.strip_prefix("running ")?.split_once(" test"));
    let announced: Vec<usize> = announced
        .filter_map(|(count, _)| count.parse().ok())
        .collect();
    if announced.len() != RUNS
        || announced.contains(&0)
        || announced.iter().sum::<usize>() != tests.len()
    {
        wrong.push(format!(
            "{announced:?} tests were announced, {} seen",
            tests.len()
        ));
    }
    if statuses.len() != RUNS || statuses.iter().any(|status| status != "exit status: 0") {
        wrong.push(format!("the tests ended with {statuses:?}"));
    }
    wrong
}

/// How many times tests are run in a guest: live ones, and those of the sets.
const RUNS: usize = 2;

/// What a test needs that a guest can't have.
fn may_be_ignored(guest: &Guest, kernel: &str, name: &str) -> bool {
    let arch = guest.target.source.arch;
    // There is neither cargo nor the sources.
    name.starts_with("main_job::")
        || name == "faults::the_page_is_this_table"
        || name.contains("int_0x80") && arch != "amd64"
        || name.contains("program_of_another_abi") && !["amd64", "arm64"].contains(&arch)
        || name == "report::many_threads_at_once_tear_no_line" && arch != "amd64"
        // The last thing that those of listeners need came with 5.19.
        || name.starts_with("listener::") && kernel.starts_with("5.10.")
        // That came with 6.6.
        || name == "listener::a_kernel_with_it_takes_it" && kernel.starts_with("6.1.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guests::GUESTS;
    use seccomptime_tests::guest::Case;

    fn guest(name: &str) -> &'static Guest {
        GUESTS
            .iter()
            .find(|guest| guest.name == name)
            .expect("a guest")
    }

    /// What is expected of a case, done.
    fn done(case: &Case, class: Class) -> String {
        case.line(&Expected::of(case, class).done())
    }

    fn console(class: Class) -> String {
        let mut text = format!("booting\n\x1b[2J{BEGIN} 6.1\n");
        for case in CASES {
            text.push_str(&format!("{}\n", done(case, class)));
        }
        if class == Class::Linux {
            text.push_str("\nrunning 3 tests\ntest sweep::all  ... ok\ntest main_job::x ... ignored (no cargo)\n");
            text.push_str(&format!(
                "test a::b ... \nthread panicked\nok\n{TESTED} exit status: 0\n"
            ));
            text.push_str(&format!(
                "running 1 test\ntest run::c ... ok\n{TESTED} exit status: 0\n"
            ));
        }
        format!("{text}{}\n", guest::END)
    }

    #[track_caller]
    fn wrong(guest_name: &str, console: &str, words: &str) {
        let report = read(guest(guest_name), console);
        assert!(
            report.wrong.iter().any(|wrong| wrong.contains(words)),
            "{:?}",
            report.wrong
        );
    }

    #[test]
    fn what_did_all_it_should_is_right() {
        for (name, class) in [
            ("s390x-6.1", Class::Linux),
            ("gvisor", Class::Gvisor),
            ("qemu-user", Class::Nothing),
        ] {
            let report = read(guest(name), &console(class));
            assert_eq!(report.wrong, [""; 0]);
            assert_eq!(report.kernel, "6.1");
            assert_eq!(report.cases.len(), CASES.len());
        }
    }

    #[test]
    fn a_guest_that_does_not_come_to_its_end_is_wrong() {
        let text = console(Class::Linux);
        wrong(
            "s390x-6.1",
            text.trim_end()
                .strip_suffix(guest::END)
                .expect("it ends so"),
            "last line",
        );
        wrong("s390x-6.1", "", "last line");
        wrong("s390x-6.1", "", "wasn't seen");
    }

    #[test]
    fn each_case_is_seen_once() {
        let text = console(Class::Linux);
        let line = done(&CASES[3], Class::Linux);
        wrong("s390x-6.1", &text.replace(&line, ""), "wasn't seen");
        wrong(
            "s390x-6.1",
            &text.replace(&line, &format!("{line}\n{line}")),
            "twice",
        );
    }

    #[test]
    fn a_case_that_did_something_else_is_wrong() {
        let text = console(Class::Linux);
        wrong(
            "s390x-6.1",
            &text.replace("filter in force", "unprotected"),
            "expected",
        );
        wrong(
            "s390x-6.1",
            &text.replace("signal 31", "exit 0"),
            "an unlisted call, kill_process",
        );
        wrong(
            "qemu-user",
            &console(Class::Nothing).replace("exit 78", "exit 0"),
            "default = log",
        );
    }

    #[test]
    fn a_test_that_fails_or_is_missing_is_wrong() {
        let text = console(Class::Linux);
        wrong(
            "s390x-6.1",
            &text.replace("all  ... ok", "all  ... FAILED"),
            "sweep::all failed",
        );
        wrong(
            "s390x-6.1",
            &text.replace("\nok\n", "\nFAILED\n"),
            "a::b failed",
        );
        wrong(
            "s390x-6.1",
            &text.replace("test sweep::all  ... ok\n", ""),
            "announced",
        );
        wrong(
            "s390x-6.1",
            &text.replace("all  ... ok", "all  ... ignored (no log)"),
            "no log",
        );
        wrong(
            "s390x-6.1",
            &text.replace("status: 0", "status: 101"),
            "ended with",
        );
    }
}
