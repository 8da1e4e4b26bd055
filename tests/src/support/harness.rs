//! A test main for tests that may lack something: what lacks root, the log or a feature of the
//! kernel is counted as ignored, with the reason printed, never as passed.

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::ExitCode;

/// What a test answers; it fails by panicking, as tests do.
pub type Outcome = Result<(), Skip>;

/// Why a test can't run here: what it lacks.
#[derive(Debug)]
pub struct Skip(pub String);

impl Skip {
    /// A reason in words.
    pub fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// A test and its name.
pub type Named = (&'static str, fn() -> Outcome);

/// Runs the tests and prints the count, with the command line of the built-in test runner.
pub fn main(tests: &[Named]) -> ExitCode {
    let trials = tests
        .iter()
        .map(|&(path, test)| {
            // `stringify!` sets the parts of a path apart.
            Trial::ignorable_test(path.replace(' ', ""), move || run(test))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn run(test: fn() -> Outcome) -> Result<Completion, Failed> {
    Ok(match test() {
        Ok(()) => Completion::Completed,
        Err(Skip(reason)) => Completion::ignored_with(reason),
    })
}

/// The list of tests for [`main`](crate::support::harness::main): `live_tests![module::test, …]`.
#[macro_export]
macro_rules! live_tests {
    ($($($part:ident)::+),+ $(,)?) => {
        &[$((stringify!($($part)::+), $($part)::+ as fn() -> $crate::support::harness::Outcome)),+]
    };
}
