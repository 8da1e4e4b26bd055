//! Real std code under exactly its sets, in a child that dies of what they lack.

use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::{env, fs};

use seccomptime_tests::features::{EVERY_SET, FEATURES, MAIN};

const UNDER_SET: &str = env!("CARGO_BIN_EXE_under_set");

/// What a process ends with that panicked in main.
const PANICKED: i32 = 101;

/// Features that only timing leads into all their calls.
const TIMES: usize = 3;

/// Measured, but not run here.
const NOT_RUN: &[(&str, &str)] = &[
    ("_startup", "every started child goes through it"),
    ("dns_missing", "it asks name servers"),
    ("fs_lock", "newer than the oldest Rust that we support"),
    ("pipe", "newer than the oldest Rust that we support"),
    ("process_output", "no set holds the `ioctl` that it needs"),
    ("tcp_options", "no set holds the `ioctl` that it needs"),
];

/// What a feature does whose policy doesn't allow it.
const FORBIDDEN: &[&str] = &[
    "listen", "open", "outside", "print", "rename", "socket", "spawn",
];

fn run(feature: &str, directory: &Path, listener: &TcpListener) -> Output {
    let backtrace = match feature {
        "panic_backtrace_1" => "1",
        "panic_backtrace_full" => "full",
        _ => "0",
    };
    fs::write(directory.join("file.txt"), "text\n").expect("the directory is ours");
    Command::new(UNDER_SET)
        .arg(feature)
        .arg(directory)
        .env("RUST_BACKTRACE", backtrace)
        .env(
            "LISTENER",
            listener.local_addr().expect("it is bound").to_string(),
        )
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|e| panic!("{UNDER_SET}: {e}"))
}

/// Runs in a directory of its own, which nothing is left of.
fn outcome(feature: &str) -> (ExitStatus, String) {
    let directory = tempfile::tempdir().expect("a directory for files");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port of the loopback");
    let output = run(feature, directory.path(), &listener);
    let text = [output.stdout, output.stderr].concat();
    (output.status, String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn std_runs_under_exactly_its_sets() {
    let mut failures = Vec::new();
    for feature in FEATURES {
        let name = feature.name;
        if NOT_RUN.iter().any(|(other, _)| *other == name) || name.starts_with("tokio_") {
            continue;
        }
        for _ in 0..TIMES {
            let (status, text) = outcome(name);
            let good = match name {
                "_abort" => status.signal() == Some(libc::SIGABRT),
                "panic_unwind_main" | "panic_backtrace_1" | "panic_backtrace_full" => {
                    status.code() == Some(PANICKED) && text.contains("boom")
                }
                _ => status.success(),
            };
            if !good {
                failures.push(format!(
                    "`{name}` under {:?}: {status}: {text}",
                    feature.sets
                ));
                break;
            }
        }
    }
    assert!(
        failures.is_empty(),
        "a set isn't enough any more; `strace -f` with `under_set --mark` shows what for:\n{}",
        failures.join("\n")
    );
}

#[test]
fn backtraces_have_symbols_under_their_set() {
    let (_, text) = outcome("panic_backtrace_full");
    assert!(text.contains("under_set::main"), "{text}");
}

#[test]
fn what_the_sets_lack_kills() {
    for name in FORBIDDEN {
        let (status, text) = outcome(name);
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
        let named = |set: &str| {
            text.split([' ', '(', ')', ','])
                .any(|word| word == format!("@{set}"))
        };
        for set in EVERY_SET {
            let needed = *set == MAIN || feature.sets.contains(set);
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
