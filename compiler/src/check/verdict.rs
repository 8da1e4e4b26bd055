//! What the policy does with one call, for the checks: references into the policy, nothing lowered.

use crate::action::Verb;
use crate::data::{self, Table};
use crate::map::Map;
use crate::policy::{Action, Condition, Rule};
use crate::resolve::{Call, Names};
use crate::select::Defaults;

/// The rules by the call that they are about.
pub(super) struct Verdicts<'p> {
    by_name: Map<&'static str, Vec<&'p Rule>>,
    by_number: Map<u32, Vec<&'p Rule>>,
}

/// What happens to a call.
#[derive(Clone)]
pub(super) struct Verdict<'p> {
    /// The first whose condition holds decides.
    pub(super) branches: Vec<(&'p Condition, &'p Action)>,
    /// What happens where none holds.
    pub(super) otherwise: &'p Action,
    /// The rule that says so; `None` is the default.
    pub(super) by: Option<&'p Rule>,
}

impl<'p> Verdicts<'p> {
    pub(super) fn of(names: &Names<'p>) -> Verdicts<'p> {
        let mut verdicts = Verdicts {
            by_name: Map::new(),
            by_number: Map::new(),
        };
        for rule in &names.rules {
            for call in &rule.calls {
                match call {
                    Call::Named(syscall) => {
                        verdicts
                            .by_name
                            .get_or_insert(syscall.name, Vec::new())
                            .push(rule.written);
                    }
                    Call::Number(number) => {
                        verdicts
                            .by_number
                            .get_or_insert(*number, Vec::new())
                            .push(rule.written);
                    }
                }
            }
        }
        verdicts
    }

    /// What happens to the call of that name on a table; `None` where the table lacks it.
    pub(super) fn named(
        &self,
        name: &str,
        table: Table,
        defaults: &'p Defaults,
    ) -> Option<Verdict<'p>> {
        self.call(Call::Named(data::syscall(name)?), table, defaults)
    }

    /// What happens to the call on a table; `None` where the table lacks it.
    pub(super) fn call(
        &self,
        call: Call,
        table: Table,
        defaults: &'p Defaults,
    ) -> Option<Verdict<'p>> {
        let number = call.number_on(table)?;
        let name = call.syscall().map(|syscall| syscall.name);
        let named = name.and_then(|name| self.by_name.get(&name));
        let named = named.into_iter().flatten();
        let numbered = self.by_number.get(&number).into_iter().flatten();
        let mut rules: Vec<&'p Rule> = named
            .chain(numbered)
            .copied()
            .filter(|rule| rule.tables.as_ref().is_none_or(|t| t.contains(&table)))
            .collect();
        rules.sort_by_key(|rule| core::cmp::Reverse(rule.action.verb));
        let mut verdict = Verdict {
            branches: Vec::new(),
            otherwise: &defaults.default.action,
            by: None,
        };
        for rule in rules {
            match &rule.pattern.condition {
                Some(condition) => verdict.branches.push((condition, &rule.action)),
                None => {
                    verdict.otherwise = &rule.action;
                    verdict.by = Some(rule);
                    break;
                }
            }
        }
        Some(verdict)
    }
}

impl Verdict<'_> {
    fn verbs(&self) -> impl Iterator<Item = Verb> {
        let branches = self.branches.iter().map(|(_, action)| action.verb);
        branches.chain([self.otherwise.verb])
    }

    /// Whether no argument can make it go through.
    pub(super) fn is_denied(&self) -> bool {
        self.verbs().all(|verb| verb >= Verb::Errno)
    }

    /// Whether no argument can keep it from killing.
    pub(super) fn is_fatal(&self) -> bool {
        self.verbs().all(|verb| verb >= Verb::KillThread)
    }

    /// Whether it goes through whatever its arguments.
    pub(super) fn is_open(&self) -> bool {
        self.verbs().all(Verb::permits)
    }

    /// Whether its arguments decide whether it goes through.
    pub(super) fn depends(&self) -> bool {
        let mut verbs = self.verbs();
        verbs.any(Verb::permits) && self.verbs().any(|verb| verb >= Verb::Notify)
    }
}
