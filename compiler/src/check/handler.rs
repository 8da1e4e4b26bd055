//! The handler of a `trap`, which must be able to return, and to stay.

use crate::action::Verb;
use crate::data::{self, Table};
use crate::lint::{Lint, Waivers};
use crate::policy::{Action, Policy};
use crate::resolve::Call;
use crate::select::Defaults;

use super::Checker;
use super::asked::Asked;
use super::forbid::Doubt;
use super::single::{pattern, ways};
use super::verdict::{Verdict, Verdicts};

/// The calls that replace a handler; each calls its signal `sig`.
const ACTIONS: [&str; 3] = ["rt_sigaction", "sigaction", "signal"];

impl<'p> Checker<'_, 'p> {
    /// A trap's handler must be able to return, and to stay.
    pub(super) fn traps(&mut self, defaults: &'p Defaults, verdicts: &Verdicts<'p>, table: Table) {
        let Some(trap) = trap(self.policy) else {
            return;
        };
        let returns = verdicts.named("rt_sigreturn", table, defaults);
        if returns.is_some_and(|v| v.otherwise.verb >= Verb::Errno) {
            let message =
                "the handler of a `trap` can't return: add `allow(rt_sigreturn)`, or `@rust-main`";
            self.lint(Lint::TrapWithoutSigreturn, None, trap.span, message);
        }
        for name in ACTIONS {
            let Some(verdict) = verdicts.named(name, table, defaults) else {
                continue;
            };
            if is_any(name, &verdict, table) {
                let message = format!(
                    "the handler of a `trap` can be replaced: `{name}` is open; write `{name}(sig != SIGSYS)`"
                );
                self.lint(Lint::ReplaceableHandler, None, trap.span, &message);
            } else if verdict.may_pass() {
                // A waiver has its effect when rustc knows.
                self.waivers.lifts(Lint::ReplaceableHandler, None);
            }
        }
    }
}

/// The first trap of a policy.
fn trap(policy: &Policy) -> Option<&Action> {
    policy.actions().find(|action| action.verb == Verb::Trap)
}

/// Whether the call goes through whatever the signal.
fn is_any(name: &str, verdict: &Verdict<'_>, table: Table) -> bool {
    Asked::new(name, "sig", table).is_some_and(|sig| sig.is_passed(verdict))
}

/// What rustc must be asked about the calls that replace a trap's handler under conditions on their signal.
pub(super) fn doubts(
    policy: &Policy,
    verdicts: &Verdicts<'_>,
    defaults: &Defaults,
    table: Table,
) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let waived = Waivers::new(&policy.settings.waivers).lifts(Lint::ReplaceableHandler, None);
    let Some(trap) = trap(policy).filter(|_| !waived) else {
        return doubts;
    };
    for name in ACTIONS {
        let Some(syscall) = data::syscall(name) else {
            continue;
        };
        let verdict = verdicts.named(name, table, defaults);
        let asked = |v: &Verdict<'_>| v.may_pass() && !is_any(name, v, table);
        let Some(verdict) = verdict.filter(asked) else {
            continue;
        };
        let replaced = pattern(name, "sig", sigsys(table), trap.span);
        let ways = ways(&replaced, &verdict);
        doubts.extend(ways.into_iter().map(|(condition, by)| {
            let instead = format!(
                "lets `{name}` through for SIGSYS; write `{name}(sig != SIGSYS)`{}",
                Lint::ReplaceableHandler.hint()
            );
            Doubt {
                call: Call::Named(syscall),
                condition,
                ever: format!("the handler of a `trap` can be replaced: {by} {instead}"),
                unclear: format!("the handler of a `trap` may be replaced: {by} perhaps {instead}"),
                span: verdict
                    .lets_in()
                    .map_or(trap.span, |rule| rule.pattern.span),
            }
        }));
    }
    doubts
}

/// The signal's number, include/uapi/asm-generic/signal.h and that of mips.
fn sigsys(table: Table) -> u32 {
    match table {
        Table::Mips | Table::Mips64 => 12,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use crate::arch::Arch;
    use crate::include::NoFiles;
    use crate::lex::lex;
    use crate::{Build, Place, analyse, compile};

    /// What is told of a policy, and how many questions are left to rustc.
    fn told(rules: &str, arch: &str) -> (Vec<String>, usize) {
        let text = format!("allow(exit_group, rt_sigreturn), trap(getppid), {rules}");
        let tokens = lex(&text, 0).unwrap().tokens;
        let arch = Arch::from_name(arch).unwrap();
        let mut told = analyse(&tokens, Place::Value, &mut NoFiles).diagnostics;
        let program = compile(&tokens, arch, Build { debug: false }, &mut NoFiles);
        let asked = program.as_ref().map_or(0, |p| p.questions.len());
        told.extend(program.err().unwrap_or_default());
        (told.into_iter().map(|d| d.message).collect(), asked)
    }

    #[test]
    fn a_handler_is_not_replaced_by_any_call() {
        for (rules, arch, want) in [
            ("allow(rt_sigaction)", "x86_64", "`rt_sigaction` is open"),
            (
                "allow(rt_sigaction(act == 0))",
                "arm",
                "`rt_sigaction` is open",
            ),
            ("allow(sigaction)", "i686", "`sigaction` is open"),
            ("allow(signal)", "powerpc", "`signal` is open"),
        ] {
            let (told, _) = told(rules, arch);
            assert!(
                told.len() == 1 && told[0].contains(want),
                "{rules}: {told:?}"
            );
        }
        for (rules, arch, asked) in [
            ("allow(rt_sigaction(sig in 1..=31))", "x86_64", 1),
            ("allow(rt_sigaction(sig == 12))", "mips", 1),
            ("allow(rt_sigaction(sig != SIGSYS))", "x86_64", 1),
            (
                "allow(rt_sigaction(sig != SIGSYS)), waive(replaceable_handler: \"a test\")",
                "x86_64",
                0,
            ),
            ("allow(sigaction)", "x86_64", 0),
        ] {
            assert_eq!(told(rules, arch), (Vec::new(), asked), "{rules}");
        }
    }
}
