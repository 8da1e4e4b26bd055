//! Runs the program `under_set`, built and started in any way: each measured feature of std, and what can befall any program, under
//! exactly its sets.

use super::launch;
use crate::features::{EVERY_SET, FEATURES, MAIN};
use seccomptime_compiler::data;
use std::ffi::OsString;
use std::fs;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// What a process ends with that panicked in main.
const PANICKED: i32 = 101;

/// Features that only timing leads into all their calls.
const TIMES: usize = 3;

/// Measured, but not run here.
pub const NOT_RUN: &[(&str, &str)] = &[
    ("_startup", "every started child goes through it"),
    ("dns_missing", "it asks name servers"),
    ("fs_lock", "newer than the oldest Rust that we support"),
    ("pipe", "newer than the oldest Rust that we support"),
    ("process_output", "no set holds the `ioctl` that it needs"),
    ("tcp_options", "no set holds the `ioctl` that it needs"),
];

/// What befalls a program, and the sets that it takes; none are all.
const SITUATIONS: &[(&str, &[&str])] = &[
    ("abort", EVERY_SET),
    ("panic", EVERY_SET),
    ("panic_in_thread", THREADS),
    ("overflow", EVERY_SET),
    ("crash", EVERY_SET),
    ("overflow_in_thread", THREADS),
    ("memory", EVERY_SET),
    ("memory_in_thread", THREADS),
];

/// Sets of programs that start threads.
const THREADS: &[&str] = &["rust-threads", "tokio"];

/// What a program waits in when it is stopped, and the sets that it takes.
const WAITS: &[(&str, &[&str])] = &[
    ("park", EVERY_SET),
    ("sleep", &["rust-threads", "time", "tokio"]),
];

/// Sets of which the policies of all have a part.
const IN_ALL: &[&str] = &["rust-panic", "rust-backtrace"];

/// The program, and how it is started.
#[derive(Clone)]
pub struct UnderSet {
    command: Vec<OsString>,
    has_vdso: bool,
}

impl UnderSet {
    /// As it is.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            command: vec![program.into().into()],
            has_vdso: true,
        }
    }

    /// By another dynamic loader, with its libraries.
    pub fn through(mut self, loader: &Path, libraries: &Path) -> Self {
        let before = [loader.into(), "--library-path".into(), libraries.into()];
        self.command.splice(0..0, before);
        self
    }

    /// Without a vDSO: what it answers elsewhere is asked of the kernel.
    pub fn without_vdso(mut self) -> Self {
        self.has_vdso = false;
        self
    }

    /// The program with nothing to do yet.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).stdin(Stdio::null());
        command
    }

    fn outcome_of(&self, command: Command) -> (ExitStatus, String) {
        let output = if self.has_vdso {
            let mut command = command;
            command
                .output()
                .unwrap_or_else(|e| panic!("{command:?}: {e}"))
        } else {
            launch::without_vdso(command)
        };
        let text = [output.stdout, output.stderr].concat();
        (output.status, String::from_utf8_lossy(&text).into_owned())
    }

    /// Runs a feature in a directory of its own, which nothing is left of.
    pub fn outcome(&self, feature: &str) -> (ExitStatus, String) {
        let directory = tempfile::tempdir().expect("a directory for files");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of the loopback");
        let backtrace = match feature {
            "panic_backtrace_1" => "1",
            "panic_backtrace_full" => "full",
            _ => "0",
        };
        fs::write(directory.path().join("file.txt"), "text\n").expect("the directory is ours");
        let address = listener.local_addr().expect("it is bound").to_string();
        let mut command = self.command();
        command
            .arg(feature)
            .arg(directory.path())
            .env("RUST_BACKTRACE", backtrace)
            .env("LISTENER", address);
        self.outcome_of(command)
    }

    /// The features that don't end as they do without a filter, each with its words.
    pub fn failing_features(&self) -> Vec<String> {
        let mut failures = Vec::new();
        for feature in FEATURES {
            let name = feature.name;
            if NOT_RUN.iter().any(|(other, _)| *other == name) || name.starts_with("tokio_") {
                continue;
            }
            for _ in 0..TIMES {
                let (status, text) = self.outcome(name);
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
        failures
    }

    /// The situations, and the sets, that end otherwise than without a filter.
    pub fn failing_situations(&self) -> Vec<String> {
        let mut failures = Vec::new();
        for backtrace in ["0", "1"] {
            for &(name, sets) in SITUATIONS {
                let run = |set: Option<&str>| {
                    let mut command = self.situation(name, set);
                    command.env("RUST_BACKTRACE", backtrace);
                    self.outcome_of(command)
                };
                let (expected, _) = run(None);
                for set in sets.iter().filter(|set| !IN_ALL.contains(set)) {
                    let (status, text) = run(Some(set));
                    let expected = under(set, expected);
                    if status.code() != expected.code() || status.signal() != expected.signal() {
                        failures.push(format!(
                            "`{name}` under @{set}, RUST_BACKTRACE={backtrace}: {status}, without a filter {expected}: {text}"
                        ));
                    }
                }
            }
        }
        failures
    }

    /// How a program ends that is stopped and continued while it waits, and then asked to end.
    pub fn stopped(&self, wait: &str, set: &str) -> ExitStatus {
        launch::stopped_and_continued(self.situation(wait, Some(set)))
    }

    /// The waits, and the sets, that a stop and a continue end.
    pub fn failing_stops(&self) -> Vec<String> {
        let mut failures = Vec::new();
        for &(name, sets) in WAITS {
            for set in sets.iter().filter(|set| !IN_ALL.contains(set)) {
                let status = self.stopped(name, set);
                if status.signal() != Some(libc::SIGTERM) {
                    failures.push(format!("`{name}` under @{set}: {status}"));
                }
            }
        }
        failures
    }

    fn situation(&self, name: &str, set: Option<&str>) -> Command {
        let mut command = self.command();
        command.args(["--situation", name]).args(set);
        command
    }
}

/// How a program ends under a set that ends so without a filter. A SIGSEGV that std doesn't know for an overflow is left to the
/// kernel by way of rt_sigaction, which the sets of panics don't hold.
fn under(set: &str, end: ExitStatus) -> ExitStatus {
    let may = data::set(set).is_some_and(|set| set.expand().contains(&"rt_sigaction"));
    if end.signal() == Some(libc::SIGSEGV) && !may {
        ExitStatus::from_raw(libc::SIGSYS)
    } else {
        end
    }
}

/// Whether a policy's text names a set.
pub fn names(policy: &str, set: &str) -> bool {
    policy
        .split([' ', '(', ')', ','])
        .any(|word| word == format!("@{set}"))
}

/// The sets that a feature's policy names.
pub fn needed(set: &str, sets: &[&str]) -> bool {
    set == MAIN || sets.contains(&set)
}
