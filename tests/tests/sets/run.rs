//! Real std code under exactly its sets, in a child that dies of what they lack.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use seccomptime_tests::features::{EVERY_SET, FEATURES};
use seccomptime_tests::support::under_set::{self, NOT_RUN, UnderSet};

const UNDER_SET: &str = env!("CARGO_BIN_EXE_under_set");

/// What a feature does whose policy doesn't allow it.
const FORBIDDEN: &[&str] = &[
    "listen", "open", "outside", "print", "rename", "socket", "spawn",
];

/// What to do about a failure.
const HOW: &str = "a set isn't enough any more; `strace -f` with `under_set --mark` shows what for";

/// Whether libc makes every call on sockets by one and the same, which a set for clients then holds.
const SOCKETCALL: bool = cfg!(all(
    target_env = "gnu",
    any(target_arch = "s390x", target_arch = "x86")
));

#[track_caller]
fn all_well(failures: &[String]) {
    assert!(failures.is_empty(), "{HOW}:\n{}", failures.join("\n"));
}

#[test]
fn std_runs_under_exactly_its_sets() {
    all_well(&UnderSet::new(UNDER_SET).failing_features());
}

/// Where the vDSO can't tell the time, the kernel is asked.
#[test]
fn std_runs_under_exactly_its_sets_without_a_vdso() {
    let hidden = UnderSet::new(UNDER_SET).without_vdso();
    all_well(&hidden.failing_features());
    let (status, text) = hidden.outcome("clock");
    assert_eq!(
        status.signal(),
        Some(libc::SIGSYS),
        "`clock`: {status}: {text}"
    );
}

#[test]
fn a_program_ends_as_without_a_filter() {
    all_well(&UnderSet::new(UNDER_SET).failing_situations());
}

/// After a stop and a continue the kernel makes the program call restart_syscall.
#[test]
fn a_program_waits_on_after_a_stop() {
    let program = UnderSet::new(UNDER_SET);
    all_well(&program.failing_stops());
    let status = program.stopped("park", "no-restart");
    assert_eq!(status.signal(), Some(libc::SIGSYS), "{status}");
}

#[test]
fn backtraces_have_symbols_under_their_set() {
    let (_, text) = UnderSet::new(UNDER_SET).outcome("panic_backtrace_full");
    assert!(text.contains("under_set::main"), "{text}");
}

#[test]
fn what_the_sets_lack_kills() {
    for name in FORBIDDEN {
        let (status, text) = UnderSet::new(UNDER_SET).outcome(name);
        if *name == "listen" && SOCKETCALL {
            assert!(status.success(), "`{name}`: {status}: {text}");
            continue;
        }
        assert_eq!(
            status.signal(),
            Some(libc::SIGSYS),
            "`{name}`: {status}: {text}"
        );
    }
}

/// The policy that a feature ran under names its sets and no other.
#[test]
fn policies_are_those_of_the_table() {
    for feature in FEATURES {
        let output = Command::new(UNDER_SET)
            .args(["--policy", feature.name])
            .output();
        let output = output.unwrap_or_else(|e| panic!("{UNDER_SET}: {e}"));
        if !output.status.success() {
            let is_known = NOT_RUN.iter().any(|(name, _)| *name == feature.name);
            assert!(
                is_known || feature.name.starts_with("tokio_"),
                "`{}` isn't run",
                feature.name
            );
            continue;
        }
        let text = String::from_utf8(output.stdout).expect("policies are text");
        let named = |set: &str| under_set::names(&text, set);
        for set in EVERY_SET {
            let needed = under_set::needed(set, feature.sets);
            // What it starts needs a start of its own.
            let of_a_child = *set == "program-start" && feature.sets.contains(&"process-spawn");
            assert!(
                named(set) == needed || of_a_child,
                "`{}`, @{set}: {text}",
                feature.name
            );
        }
    }
}
