//! What may not be permitted, and what of the policy permits it.
//!
//! Where values decide, rustc is asked, which knows them: whether there is an argument with which a forbidden condition holds and the strictest
//! rule for it lets the call in.

use crate::action::Verb;
use crate::data::{self, Table};
use crate::lint::Lint;
use crate::policy::{Condition, Pattern, Rule, Target};
use crate::resolve::{Call, Names};
use crate::select::Defaults;
use crate::token::Span;

use super::Checker;
use super::equivalents::equivalents;
use super::verdict::{Verdict, Verdicts};

/// What may let in what must be kept out.
#[derive(Debug)]
pub struct Doubt {
    /// The call.
    pub call: Call,
    /// What holds where it must be kept out and is let in.
    pub condition: Condition,
    /// The error where that ever holds.
    pub ever: String,
    /// The error where it is too much to be found out.
    pub unclear: String,
    /// Where the error stands.
    pub span: Span,
}

/// What the policy does with a forbidden call.
pub(super) enum Answer {
    /// It keeps it out.
    KeptOut,
    /// It lets it in: what of it does.
    LetIn(String),
    /// It depends on values: what may let it in, and the condition under which it does.
    Depends(Vec<(Condition, String)>),
}

impl<'p> Checker<'_, 'p> {
    /// Calls that are forbidden and let in whatever the values.
    pub(super) fn forbids(
        &mut self,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) {
        for (pattern, call, answer) in answers(self.names, verdicts, defaults, table) {
            if let Answer::LetIn(by) = answer {
                let text = text(pattern, call);
                let message = format!("`{text}` is forbidden, and {by} lets it in");
                self.report.error(pattern.span, message);
            }
        }
        self.ways_around(defaults, verdicts, table);
    }
}

impl<'p> Checker<'_, 'p> {
    /// Calls that do the same as a forbidden one, and are let in on a table.
    pub(super) fn forbidden_families(
        &mut self,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) {
        self.forbidden_sets(defaults, verdicts, table);
        for pattern in &self.policy.forbids {
            let name = match &pattern.target {
                Target::Name(name) => name.text.as_str(),
                Target::Number(number) => match data::name_of(table, *number) {
                    Some(name) => name,
                    None => continue,
                },
                Target::Set { .. } => continue,
            };
            let Some(own) = verdicts.named(name, table, defaults) else {
                continue;
            };
            // Of a rule that denies it by name it is told there; and first of all the call itself must be kept out.
            let is_named = |rule: &Rule| !matches!(rule.pattern.target, Target::Set { .. });
            let denied = own.by.is_some_and(|rule| own.is_denied() && is_named(rule));
            if denied || matches!(answer(pattern, &own), Answer::LetIn(_)) {
                continue;
            }
            for other in equivalents(name) {
                let verdict = verdicts.named(other, table, defaults);
                let Some(verdict) = verdict.filter(Verdict::is_open) else {
                    continue;
                };
                if self.forbids_all_of(other) {
                    continue;
                }
                let by = setting(&verdict);
                let instead = match verdict.by {
                    Some(rule) if is_named(rule) => "leave that out".to_owned(),
                    Some(rule) => format!("write `{} - {other}`", rule.pattern.text),
                    None => self.instead(&[other], |_| format!("add `errno(ENOSYS: {other})`")),
                };
                let message = format!(
                    "`{name}` is forbidden, and `{other}`, which {by} lets in, does the same: {instead}"
                );
                self.lint_pattern(Lint::Equivalent, Some(pattern), pattern.span, &message);
            }
        }
    }

    /// Whether the call is forbidden itself, whatever its arguments: of that it is told.
    pub(super) fn forbids_all_of(&self, call: &str) -> bool {
        let mut forbids = self.names.forbids.iter();
        forbids.any(|forbid| {
            let mut calls = forbid.calls.iter().filter_map(|call| call.syscall());
            forbid.written.condition.is_none() && calls.any(|syscall| syscall.name == call)
        })
    }
}

/// What rustc must be asked about the forbidden calls on a table. `defaults` are those of a release build.
pub(super) fn doubts(
    names: &Names<'_>,
    verdicts: &Verdicts<'_>,
    defaults: &Defaults,
    table: Table,
) -> Vec<Doubt> {
    let conditioned = |forbid: &Pattern| forbid.condition.is_some();
    if !names.forbids.iter().any(|f| conditioned(f.written)) {
        return Vec::new();
    }
    let mut doubts = Vec::new();
    for (pattern, call, answer) in answers(names, verdicts, defaults, table) {
        if let Answer::Depends(ways) = answer {
            let text = text(pattern, call);
            doubts.extend(ways.into_iter().map(|(condition, by)| Doubt {
                call,
                condition,
                ever: format!("`{text}` is forbidden, and {by} lets it in"),
                unclear: format!(
                    "`{text}` is forbidden, and {by} may let it in: the conditions are too many to be compared; deny it under the same one, as a rule of its own"
                ),
                span: pattern.span,
            }));
        }
    }
    doubts
}

/// What the policy does with each forbidden call that the table has.
fn answers<'p>(
    names: &Names<'p>,
    verdicts: &Verdicts<'p>,
    defaults: &'p Defaults,
    table: Table,
) -> Vec<(&'p Pattern, Call, Answer)> {
    let mut answers = Vec::new();
    for forbid in &names.forbids {
        for call in &forbid.calls {
            if let Some(verdict) = verdicts.call(*call, table, defaults) {
                answers.push((forbid.written, *call, answer(forbid.written, &verdict)));
            }
        }
    }
    answers
}

/// What is forbidden: with its condition, or the one call of a set.
fn text(pattern: &Pattern, call: Call) -> String {
    match pattern.condition {
        Some(_) => pattern.text.clone(),
        None => call.to_string(),
    }
}

pub(super) fn answer(pattern: &Pattern, verdict: &Verdict<'_>) -> Answer {
    // The strictest come first, so that what keeps out stands before what lets in.
    let keeps_out = |rule: &&&Rule| rule.action.verb >= Verb::Errno;
    let strict: Vec<&Rule> = verdict
        .branches
        .iter()
        .take_while(keeps_out)
        .copied()
        .collect();
    let free = &verdict.branches[strict.len()..];
    let otherwise = (verdict.otherwise.verb < Verb::Errno).then(|| setting(verdict));
    let Some(forbidden) = &pattern.condition else {
        let free = free.first().map(|rule| named(rule));
        return free.or(otherwise).map_or(Answer::KeptOut, Answer::LetIn);
    };
    let is_same = |rule: &&&Rule| rule.pattern.condition.as_ref() == Some(forbidden);
    if strict.iter().any(|rule| is_same(&rule)) {
        return Answer::KeptOut;
    }
    let same = free.iter().find(is_same).map(|rule| named(rule));
    if strict.is_empty() {
        if let Some(by) = same.or_else(|| otherwise.clone()) {
            return Answer::LetIn(by);
        }
    }
    let mut met = Vec::new();
    holds(forbidden, &mut met);
    let denied = strict
        .iter()
        .filter_map(|rule| rule.pattern.condition.as_ref());
    for condition in denied {
        fails(condition, &mut met);
    }
    if let Some(by) = otherwise {
        // A rule under a condition lets in no more than what it stands beside does anyway.
        return Answer::Depends(vec![(together(met), by)]);
    }
    let ways = free.iter().map(|rule| {
        let mut met = met.clone();
        if let Some(condition) = &rule.pattern.condition {
            holds(condition, &mut met);
        }
        (together(met), named(rule))
    });
    let ways: Vec<_> = ways.collect();
    match ways.is_empty() {
        true => Answer::KeptOut,
        false => Answer::Depends(ways),
    }
}

/// All of them, those first that share an argument: where they contradict each other, none of the rest is looked at.
fn together(mut met: Vec<Condition>) -> Condition {
    let name = |condition: &Condition| condition.operand().map(|operand| operand.name.text.clone());
    let names: Vec<_> = met.iter().filter_map(name).collect();
    met.sort_by_key(|condition| {
        let shares = |own: String| names.iter().filter(|name| **name == own).count() > 1;
        !name(condition).is_some_and(shares)
    });
    Condition::All(met)
}

/// What must hold for a condition to hold, as far as it can be taken apart.
fn holds(condition: &Condition, met: &mut Vec<Condition>) {
    match condition {
        Condition::All(list) => list.iter().for_each(|one| holds(one, met)),
        Condition::Not(inner) => fails(inner, met),
        _ => met.push(condition.clone()),
    }
}

/// The same for a condition not to hold.
fn fails(condition: &Condition, met: &mut Vec<Condition>) {
    match condition {
        Condition::Any(list) => list.iter().for_each(|one| fails(one, met)),
        Condition::Not(inner) => holds(inner, met),
        _ => met.push(Condition::Not(Box::new(condition.clone()))),
    }
}

fn named(rule: &Rule) -> String {
    format!("`{}` of `{}`", rule.action.verb.name(), rule.pattern.text)
}

/// What says what happens where no condition holds.
fn setting(verdict: &Verdict<'_>) -> String {
    let verb = verdict.otherwise.verb.name();
    match verdict.by {
        Some(rule) => named(rule),
        None if verdict.setting == "default" => format!("the default `{verb}`"),
        None => format!("`{} = {verb}`", verdict.setting),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::told::told;

    #[test]
    fn what_does_the_same_as_a_forbidden_call_is_told() {
        for (text, arch, want) in [
            (
                "allow(@rust-main, @rust-panic, @tokio), forbid(socket)",
                "i686",
                "`socket` is forbidden, and `socketcall`, which `allow` of `@tokio` lets in, does the same: write `@tokio - socketcall`",
            ),
            (
                "allow(exit_group, execveat), forbid(execve)",
                "x86_64",
                "`execve` is forbidden, and `execveat`, which `allow` of `execveat` lets in, does the same: leave that out",
            ),
            (
                "allow(exit_group, mmap2), forbid(mmap(prot & PROT_EXEC != 0))",
                "i686",
                "`mmap` is forbidden, and `mmap2`, which `allow` of `mmap2` lets in, does the same: leave that out",
            ),
            (
                "kill_process(@program-start, io_uring_setup, io_uring_enter), waive(equivalent in @program-start: \"a test\"), default = allow, forbid(syscall(59))",
                "x86_64",
                "`execve` is forbidden, and `execveat`, which the default `allow` lets in, does the same: add `errno(ENOSYS: execveat)`",
            ),
        ] {
            let told_here = told(text, arch);
            let hint = "; if it is meant, add `waive(equivalent: \"why\")`";
            assert_eq!(told_here, [format!("{want}{hint}")], "{text}");
            let waived = format!("{text}, waive(equivalent: \"a test\")");
            assert_eq!(told(&waived, arch), Vec::<String>::new(), "{text}");
        }
        for (text, arch) in [
            (
                "allow(@rust-main, @rust-panic, @tokio), forbid(socket)",
                "aarch64",
            ),
            ("allow(exit_group), forbid(execve)", "x86_64"),
            (
                "allow(exit_group), errno(EPERM: execve, execveat), forbid(execve)",
                "x86_64",
            ),
        ] {
            assert_eq!(told(text, arch), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn what_no_policy_keeps_out_is_told() {
        for (text, want) in [
            (
                "uretprobe",
                "the kernel lets `uretprobe` through whatever a filter says",
            ),
            ("clock_gettime", "`clock_gettime` is answered by the vDSO"),
        ] {
            let policy = format!("allow(exit_group), forbid({text})");
            let told = told(&policy, "x86_64");
            assert!(told.len() == 1 && told[0].starts_with(want), "{told:?}");
        }
        let waived = "allow(exit_group), forbid(time), waive(vdso in time: \"no kernel clock\")";
        assert_eq!(told(waived, "x86_64"), Vec::<String>::new());
    }
}
