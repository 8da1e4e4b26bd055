//! What an install says is in force.

use libc::{EINVAL, EOPNOTSUPP};
use seccomptime_tests::support::bpf::Outer;
use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::program::{self, Ran, said};
use std::io::Write;
use std::process::Command;

const STATUS: &str = env!("CARGO_BIN_EXE_status");
const ASKS_STATUS: &str = env!("CARGO_BIN_EXE_asks_status");

fn installing(policies: &[&str]) -> Command {
    let mut command = Command::new(STATUS);
    command.args(policies);
    command
}

fn under(outer: Outer, policies: &[&str]) -> Command {
    program::under(installing(policies), outer.build())
}

pub fn all_of_a_policy_is_in_force() -> Outcome {
    said(
        installing(&["kill"]),
        &["kill: full; logging not asked for"],
    );
    said(installing(&["log"]), &["log: full; logged"]);
    Ok(())
}

pub fn the_flags_are_named() -> Outcome {
    said(
        installing(&["flags"]),
        &["flags: full; flags tsync log; logged"],
    );
    Ok(())
}

pub fn a_downgrade_is_named_with_its_reason() -> Outcome {
    for answer in [EINVAL, EOPNOTSUPP] {
        let outer = || Outer::passing().probe_answers(answer);
        said(
            under(outer(), &["log_or_errno"]),
            &[
                "log_or_errno: partial: errno(EACCES (13)) instead of log (missing); logging not asked for",
            ],
        );
        said(
            under(outer(), &["kill"]),
            &[
                "kill: partial: kill_thread instead of kill_process (missing); logging not asked for",
            ],
        );
    }
    Ok(())
}

pub fn what_replaces_log_is_what_happens() -> Outcome {
    let steps = ["log_or_errno", "unlisted"];
    let outer = Outer::passing().probe_answers(EINVAL);
    let ran = program::run(under(outer, &steps));
    assert!(ran.stdout.ends_with("unlisted: Some(13)\n"), "{ran:?}");
    let ran = program::run(installing(&steps));
    assert!(ran.stdout.ends_with("unlisted: None\n"), "{ran:?}");
    Ok(())
}

pub fn what_replaces_kill_process_kills_the_thread_alone() -> Outcome {
    /// The status of a process that panics.
    const PANICKED: i32 = 101;
    let steps = ["thread:kill+unlisted"];
    let outer = Outer::passing().probe_answers(EINVAL);
    let ran = program::run(under(outer, &steps));
    assert_eq!(ran.end, End::Exited(PANICKED), "{ran:?}");
    let ran = program::run(installing(&steps));
    assert_eq!(ran.end, End::Killed(libc::SIGSYS), "{ran:?}");
    Ok(())
}

pub fn what_is_allowed_in_place_of_all_is_nothing_in_force() -> Outcome {
    // The foreign ABIs are logged as well, so that nothing is left of this policy.
    said(
        under(Outer::passing().probe_answers(EINVAL), &["log_or_allow"]),
        &["log_or_allow: none: allow instead of log (missing); logging not asked for"],
    );
    Ok(())
}

pub fn prctl_is_named() -> Outcome {
    said(
        under(Outer::passing().without_seccomp(), &["kill"]),
        &["kill: full; through prctl; logging not asked for"],
    );
    Ok(())
}

/// The command on a machine whose kernel logs these actions alone.
fn logging(command: Command, actions: &str) -> Ran {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    writeln!(file, "{actions}").expect("a temporary file");
    let path = "/proc/sys/kernel/seccomp/actions_logged";
    program::run(program::finding(command, path, Some(file.path())))
}

pub fn what_the_kernel_does_not_log_is_named() -> Outcome {
    program::needs_sys_admin()?;
    let ran = logging(installing(&["log", "flags", "kill"]), "kill_process");
    let lines = [
        "log: full; not logged: log",
        "flags: full; flags tsync log; not logged: errno log",
        "kill: full; logging not asked for",
    ];
    for (line, expected) in ran.stdout.lines().zip(lines) {
        assert_eq!(line, expected, "{ran:?}");
    }
    assert_eq!(ran.stdout.lines().count(), lines.len(), "{ran:?}");
    Ok(())
}

pub fn a_log_that_cannot_be_looked_up_is_no_failure() -> Outcome {
    // openat is allowed to what starts the program, and asked for the sysctl as well: so the install runs under an earlier filter.
    said(
        installing(&["kill_but_install", "log"]),
        &[
            "kill_but_install: full; logging not asked for",
            "log: full; logging unknown: a filter installed earlier would kill this process for openat",
        ],
    );
    Ok(())
}

/// What a second install in a process hears whose first filter would kill it for asking.
const WOULD_KILL: &str = "seccomp(SECCOMP_SET_MODE_FILTER) would kill: \
                          a sandbox is in the way; allow `@install` in it";

pub fn a_second_install_that_would_kill_is_an_error() -> Outcome {
    said(
        installing(&["kill", "kill"]),
        &[
            "kill: full; logging not asked for",
            &format!("kill: {WOULD_KILL}"),
        ],
    );
    Ok(())
}

pub fn a_second_install_works_after_install() -> Outcome {
    said(
        installing(&["kill_but_install", "kill_but_install", "kill"]),
        &[
            "kill_but_install: full; logging not asked for",
            "kill_but_install: full; logging not asked for",
            "kill: full; logging not asked for",
        ],
    );
    Ok(())
}

pub fn what_could_not_be_asked_later_is_asked_first() -> Outcome {
    let unread = "logging unknown: a filter installed earlier would kill this process for openat";
    said(
        installing(&["kill_but_load", "log_or_errno"]),
        &[
            "kill_but_load: full; logging not asked for",
            &format!("log_or_errno: full; {unread}"),
        ],
    );
    Ok(())
}

pub fn a_thread_s_filter_keeps_no_other_from_installing() -> Outcome {
    said(
        installing(&["thread:kill", "thread:kill", "kill"]),
        &[
            "kill: full; logging not asked for",
            "kill: full; logging not asked for",
            "kill: full; logging not asked for",
        ],
    );
    Ok(())
}

fn asking() -> Command {
    Command::new(ASKS_STATUS)
}

pub fn user_code_can_ask_what_is_in_force() -> Outcome {
    let full = "full; flags tsync; logged";
    said(
        asking(),
        &[
            &format!("main: {full}"),
            &format!("thread: {full}"),
            "later: full; flags tsync log; logged",
            &format!("main: {full}"),
        ],
    );
    Ok(())
}

pub fn user_code_can_notice_that_nothing_is_in_force() -> Outcome {
    let nothing = "this kernel has no filters";
    let call = "seccomp(SECCOMP_SET_MODE_FILTER) answered EINVAL";
    said(
        program::under(asking(), Outer::passing().without_filters().build()),
        &[
            "main: none",
            "thread: none",
            &format!("later: {call}: {nothing}"),
            "main: none",
        ],
    );
    Ok(())
}
