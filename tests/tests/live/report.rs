//! The SIGSYS reporter: its line, and the death that follows.

use std::collections::BTreeMap;
use std::process::Command;

use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::harness::{Outcome, Skip};
use seccomptime_tests::support::program::{self, Ran};

const REPORT: &str = env!("CARGO_BIN_EXE_report");

fn run(case: &str) -> Ran {
    let mut command = Command::new(REPORT);
    command.arg(case);
    program::run(command)
}

/// The one line of a process that died of SIGSYS, without the ids in it.
#[track_caller]
fn line_of_death(case: &str) -> String {
    let ran = run(case);
    assert_eq!(ran.end, End::Killed(libc::SIGSYS), "{ran:?}");
    let line = ran
        .stderr
        .strip_suffix('\n')
        .unwrap_or_else(|| panic!("{ran:?}"));
    assert!(!line.contains('\n'), "{ran:?}");
    line.replace(&format!("[{}]", ran.pid), "[PID]")
}

#[track_caller]
fn assert_line(case: &str, begins: &str, ends: &str) {
    let line = line_of_death(case);
    let place = format!(" is denied by {ends}");
    let (told, rest) = line.split_at(line.find(" is denied by ").expect("a denial"));
    assert_eq!(told, begins);
    assert_eq!(rest, place);
}

/// The denied call, and the rule that permits it: on s390x the kernel keeps its arguments to itself.
const SOCKET: &str = if cfg!(target_arch = "s390x") {
    "socket(family, type, protocol)"
} else {
    "socket(family = 2, type = 1, protocol = 0)"
};
const RULE: &str = if cfg!(target_arch = "s390x") {
    "allow(socket)"
} else {
    "allow(socket(family == 2))"
};

/// Where a policy of the test program stands.
fn place(of: &str) -> String {
    let source = include_str!("../../src/bin/report.rs");
    let line = source.lines().position(|line| line.contains(of));
    let line = line.expect("it is there") + 1;
    format!("tests/src/bin/report.rs:{line}")
}

fn reporting() -> String {
    format!("the policy at {}", place("static REPORTING"))
}

pub fn a_denied_call_is_told_and_deadly() -> Outcome {
    assert_line(
        "main",
        &format!("seccomptime: report[PID]: `{SOCKET}`"),
        &format!("{}; to permit it add `{RULE}`", reporting()),
    );
    Ok(())
}

pub fn a_permitted_call_is_not_told() -> Outcome {
    let ran = run("permitted");
    assert_eq!(
        (ran.end, &*ran.stdout, &*ran.stderr),
        (End::Exited(0), "true\n", "")
    );
    Ok(())
}

pub fn the_thread_is_named() -> Outcome {
    let line = line_of_death("thread");
    let (before, after) = line.split_once(" thread ").expect("a thread");
    assert_eq!(before, "seccomptime: report[PID]");
    let (id, after) = after.split_once(' ').expect("its id");
    assert!(id.parse::<u32>().is_ok(), "{line}");
    let told = format!(
        "`worker`: `{SOCKET}` is denied by narrow at {}; to permit it add `{RULE}`",
        place("#[seccomp(")
    );
    assert_eq!(after, told);
    Ok(())
}

pub fn a_number_without_a_name_is_told_as_one() -> Outcome {
    assert_line(
        "unknown",
        "seccomptime: report[PID]: `syscall(0x7530)`",
        &format!("{}; to permit it add `allow(syscall(30000))`", reporting()),
    );
    Ok(())
}

pub fn a_small_stack_for_signals_is_enough() -> Outcome {
    assert!(line_of_death("small_stack").contains("`socket("));
    Ok(())
}

pub fn none_for_signals_is_needed() -> Outcome {
    assert!(line_of_death("no_stack").contains("`socket("));
    Ok(())
}

pub fn without_stderr_it_is_deadly_all_the_same() -> Outcome {
    let ran = run("no_stderr");
    assert_eq!((ran.end, &*ran.stderr), (End::Killed(libc::SIGSYS), ""));
    Ok(())
}

pub fn signals_of_others_go_to_the_handler_before() -> Outcome {
    let ran = run("earlier_handler");
    assert_eq!(ran.end, End::Killed(libc::SIGSYS), "{ran:?}");
    assert_eq!(ran.stdout, "raised: 1\n");
    assert!(ran.stderr.contains("`socket("), "{ran:?}");
    Ok(())
}

pub fn what_nobody_handles_is_deadly() -> Outcome {
    let ran = run("nobodys");
    // Where the call can't be made again, a status says it.
    let end = if cfg!(target_arch = "s390x") {
        End::Exited(128 + libc::SIGSYS)
    } else {
        End::Killed(libc::SIGSYS)
    };
    assert_eq!((ran.end, &*ran.stderr), (end, ""));
    Ok(())
}

pub fn a_forged_signal_does_nothing() -> Outcome {
    let ran = run("forged");
    assert_eq!(
        (ran.end, &*ran.stdout, &*ran.stderr),
        (End::Exited(0), "alive\n", "")
    );
    Ok(())
}

/// 8 threads with 10,000 denied calls each, which go on after each of them: every line is there, and whole.
pub fn many_threads_at_once_tear_no_line() -> Outcome {
    if cfg!(not(target_arch = "x86_64")) {
        return Err(Skip::because("the program knows x86_64's registers alone"));
    }
    let ran = run("survivors");
    assert_eq!(ran.end, End::Exited(0), "{:?} {}", ran.end, ran.stdout);
    assert_eq!(ran.stdout, "80000\n");
    let mut by_thread: BTreeMap<&str, usize> = BTreeMap::new();
    let before = format!("seccomptime: report[{}] thread ", ran.pid);
    let after = format!(
        ": `{SOCKET}` is denied by {}; to permit it add `{RULE}`",
        reporting()
    );
    for line in ran.stderr.lines() {
        let thread = line
            .strip_prefix(&before)
            .and_then(|rest| rest.strip_suffix(&after));
        *by_thread
            .entry(thread.unwrap_or_else(|| panic!("{line}")))
            .or_default() += 1;
    }
    assert_eq!(by_thread.into_values().collect::<Vec<_>>(), [10_000; 8]);
    Ok(())
}

/// The first of several threads that die at once takes the process with it, and has said why.
pub fn no_death_is_lost() -> Outcome {
    for _ in 0..100 {
        let ran = run("race");
        assert_eq!(ran.end, End::Killed(libc::SIGSYS), "{ran:?}");
        let told = ran
            .stderr
            .lines()
            .filter(|line| line.ends_with(&format!("`{RULE}`")));
        assert!(told.count() >= 1, "{ran:?}");
        assert!(ran.stderr.ends_with('\n'), "{ran:?}");
    }
    Ok(())
}
