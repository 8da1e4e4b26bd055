//! What is told of a policy, for the tests of the checks.

use crate::arch::Arch;
use crate::include::NoFiles;
use crate::lex::lex;
use crate::{Build, Diagnostic, Level, Place, analyse, compile_at};

/// While the policy is read: what is wrong on every arch.
pub(super) fn everywhere(place: Place, text: &str) -> Vec<Diagnostic> {
    let tokens = lex(text, 0).unwrap().tokens;
    analyse(&tokens, place, &mut NoFiles).diagnostics
}

/// What is told besides to whoever builds for an arch, warnings too.
pub(super) fn on(arch: &str, place: Place, text: &str) -> Vec<Diagnostic> {
    let tokens = lex(text, 0).unwrap().tokens;
    let arch = Arch::from_name(arch).unwrap();
    let build = Build { debug: false };
    match compile_at(place, &tokens, arch, build, &mut NoFiles) {
        Ok(program) => program.warnings,
        Err(diagnostics) => diagnostics,
    }
}

/// The errors of both, for a policy that is a value.
pub(super) fn told(text: &str, arch: &str) -> Vec<String> {
    let mut told = errors(everywhere(Place::Value, text));
    told.extend(told_on(text, arch));
    told
}

/// Those of the second alone.
pub(super) fn told_on(text: &str, arch: &str) -> Vec<String> {
    errors(on(arch, Place::Value, text))
}

/// What is told of a rule with a condition, in a policy that has nothing else wrong.
pub(super) fn of_condition(rule: &str) -> Vec<String> {
    let text = format!(
        "{rule}, allow(exit_group), errno(ENOSYS: io_uring_setup, io_uring_enter), default = trace"
    );
    messages(everywhere(Place::Value, &text))
}

/// That this is all that is told of it.
pub(super) fn tells(rule: &str, want: &str) {
    let told = of_condition(rule);
    assert!(
        told.len() == 1 && told[0].contains(want),
        "{rule}: {told:?}"
    );
}

fn errors(mut diagnostics: Vec<Diagnostic>) -> Vec<String> {
    diagnostics.retain(|d| d.level == Level::Error);
    messages(diagnostics)
}

pub(super) fn messages(diagnostics: Vec<Diagnostic>) -> Vec<String> {
    diagnostics.into_iter().map(|d| d.message).collect()
}
