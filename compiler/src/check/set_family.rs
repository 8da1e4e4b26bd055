//! Sets that are denied or forbidden, and calls outside of them that do what a member does.

use crate::data::{self, Syscall, Table};
use crate::lint::Lint;
use crate::policy::{Pattern, Target};
use crate::resolve::Call;
use crate::select::{Defaults, rules_on};

use super::Checker;
use super::equivalents::equivalents;
use super::verdict::{Verdict, Verdicts};

/// Sets of calls that are denied so that others are made in their place.
const VARIANTS: [&str; 2] = ["obsolete", "pkey"];

impl<'p> Checker<'_, 'p> {
    /// Denied sets that are walked around on a table.
    pub(super) fn denied_sets(
        &mut self,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) {
        let rules: Vec<_> = rules_on(self.names, table).collect();
        for rule in rules {
            let (rule, calls) = (rule.written, &rule.calls);
            let Some(held) = held(&rule.pattern).filter(|_| !rule.action.verb.permits()) else {
                continue;
            };
            let mut open: Vec<&str> = Vec::new();
            for member in on(calls, table) {
                let mut others = self.open_equivalents(member.name, defaults, verdicts, table);
                others.retain(|other| !held.contains(other));
                if others.is_empty()
                    || self.is_a_fallback(rule, member.name, defaults, verdicts, table)
                {
                    continue;
                }
                open.extend(others);
            }
            open.sort_unstable();
            open.dedup();
            if open.is_empty() {
                continue;
            }
            let (set, names) = (&rule.pattern.text, open.join("`, `"));
            let message = format!(
                "`{set}` is denied here, and what calls of it do is open through `{names}`: add `{names}` beside `{set}`"
            );
            self.lint(Lint::Equivalent, Some(rule), rule.pattern.span, &message);
        }
    }

    /// Forbidden sets, what of which is let in through others on a table.
    pub(super) fn forbidden_sets(
        &mut self,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) {
        for forbid in &self.names.forbids {
            let pattern = forbid.written;
            let Some(held) = held(pattern) else {
                continue;
            };
            for member in on(&forbid.calls, table) {
                for other in self.open_equivalents(member.name, defaults, verdicts, table) {
                    if held.contains(&other) || self.forbids_all_of(other) {
                        continue;
                    }
                    let (set, name) = (&pattern.text, member.name);
                    let message = format!(
                        "`{name}` of `{set}` is forbidden, and `{other}`, which is open, does the same: forbid it too, and leave it out"
                    );
                    self.lint_pattern(Lint::Equivalent, Some(pattern), pattern.span, &message);
                }
            }
        }
    }

    /// What does the same as a call and is open, not by a debug build's default alone.
    pub(super) fn open_equivalents(
        &self,
        name: &str,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) -> Vec<&'static str> {
        let is_open = |verdict: Option<Verdict<'_>>| verdict.is_some_and(|v| v.is_open());
        let mut others = equivalents(name);
        others.retain(|other| is_open(verdicts.named(other, table, defaults)));
        if self.policy.settings.debug_default.is_some() {
            let shipped = Defaults::of(self.policy, false);
            others.retain(|other| is_open(verdicts.named(other, table, &shipped)));
        }
        others
    }
}

/// What a pattern's set holds: what is taken away from it is said to be meant. `None` where it is no set, or one of variants of other calls.
fn held(pattern: &Pattern) -> Option<Vec<&'static str>> {
    match &pattern.target {
        Target::Set { set, .. } if !VARIANTS.contains(&set.text.as_str()) => {
            data::set(&set.text).map(data::Set::expand)
        }
        _ => None,
    }
}

/// The calls that a table has.
fn on(calls: &[Call], table: Table) -> impl Iterator<Item = &'static Syscall> {
    let named = calls.iter().filter_map(|call| call.syscall());
    named.filter(move |call| call.nr_on(table).is_some())
}

#[cfg(test)]
mod tests {
    use crate::arch::Arch;
    use crate::include::NoFiles;
    use crate::lex::lex;
    use crate::{Build, compile};

    /// What is told of a debug build.
    fn told(text: &str, arch: &str) -> Vec<String> {
        let tokens = lex(text, 0).unwrap().tokens;
        let arch = Arch::from_name(arch).unwrap();
        let program = compile(&tokens, arch, Build { debug: true }, &mut NoFiles);
        let told = program.err().unwrap_or_default();
        told.into_iter().map(|d| d.message).collect()
    }

    #[test]
    fn a_set_is_walked_around_through_what_does_the_same() {
        for (text, arch, want) in [
            (
                "errno(EPERM: @resources), default = allow",
                "x86_64",
                "`@resources` is denied here, and what calls of it do is open through `prlimit64`: ",
            ),
            (
                "errno(EPERM: @process), default = log",
                "aarch64",
                "through `execve`: add `execve` beside `@process`; if",
            ),
            (
                "errno(EPERM: @signal), default = allow",
                "i686",
                "through `ssetmask`",
            ),
            (
                "allow(exit_group, execve), forbid(@process)",
                "x86_64",
                "`execveat` of `@process` is forbidden, and `execve`, which is open, does",
            ),
        ] {
            let told = told(text, arch);
            assert!(
                told.len() == 1 && told[0].contains(want),
                "{text} {arch}: {told:?}"
            );
        }
        for (text, arch) in [
            ("errno(EPERM: @clock), default = allow", "x86_64"),
            ("errno(EPERM: @mount), default = allow", "x86_64"),
            ("errno(EPERM: @chown - fchown), default = allow", "x86_64"),
            ("errno(EPERM: @obsolete, @pkey), default = allow", "i686"),
            ("errno(EPERM: @module, @chown), default = allow", "i686"),
            (
                "allow(exit_group), errno(EPERM: @mount), default = trap, debug_default = log",
                "x86_64",
            ),
            (
                "allow(exit_group), errno(EPERM: execve), default = trap, debug_default = log",
                "x86_64",
            ),
            ("allow(exit_group), forbid(@process)", "x86_64"),
            (
                "allow(exit_group, execve), forbid(@process), waive(equivalent in @process: \"a test\")",
                "x86_64",
            ),
        ] {
            let mut told = told(text, arch);
            told.retain(|told| told.contains("equivalent"));
            assert_eq!(told, Vec::<String>::new(), "{text} {arch}");
        }
    }
}
