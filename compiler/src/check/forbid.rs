//! What may not be permitted, and what of the policy permits it.
//!
//! Where values decide, rustc is asked, which knows them: whether there is an argument with which a forbidden condition holds and the strictest
//! rule for it lets the call in.

use crate::action::Verb;
use crate::data::Table;
use crate::policy::{Condition, Pattern, Rule};
use crate::resolve::{Call, Names};
use crate::select::Defaults;
use crate::token::Span;

use super::Checker;
use super::verdict::{Verdict, Verdicts};

/// What may let a forbidden call in.
#[derive(Debug)]
pub struct Doubt {
    /// The call.
    pub call: Call,
    /// What holds where it is forbidden and let in.
    pub condition: Condition,
    /// What is forbidden.
    pub text: String,
    /// What may let it in.
    pub by: String,
    /// Where it is forbidden.
    pub span: Span,
}

/// What the policy does with a forbidden call.
enum Answer {
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
        for forbid in &self.names.forbids {
            let pattern = forbid.written;
            for call in &forbid.calls {
                let Some(verdict) = verdicts.call(*call, table, defaults) else {
                    continue;
                };
                if let Answer::LetIn(by) = answer(pattern, &verdict) {
                    let text = text(pattern, *call);
                    let message = format!("`{text}` is forbidden, and {by} lets it in");
                    self.report.error(pattern.span, message);
                }
            }
        }
    }
}

/// What rustc must be asked about the forbidden calls on a table. `defaults` are those of a release build.
pub fn doubts(names: &Names<'_>, defaults: &Defaults, table: Table) -> Vec<Doubt> {
    let conditioned = |forbid: &Pattern| forbid.condition.is_some();
    if !names.forbids.iter().any(|f| conditioned(f.written)) {
        return Vec::new();
    }
    let verdicts = Verdicts::of(names);
    let mut doubts = Vec::new();
    for forbid in &names.forbids {
        let pattern = forbid.written;
        for call in &forbid.calls {
            let Some(verdict) = verdicts.call(*call, table, defaults) else {
                continue;
            };
            if let Answer::Depends(ways) = answer(pattern, &verdict) {
                doubts.extend(ways.into_iter().map(|(condition, by)| Doubt {
                    call: *call,
                    condition,
                    text: text(pattern, *call),
                    by,
                    span: pattern.span,
                }));
            }
        }
    }
    doubts
}

/// What is forbidden: with its condition, or the one call of a set.
fn text(pattern: &Pattern, call: Call) -> String {
    match pattern.condition {
        Some(_) => pattern.text.clone(),
        None => call.to_string(),
    }
}

fn answer(pattern: &Pattern, verdict: &Verdict<'_>) -> Answer {
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
