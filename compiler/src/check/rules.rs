//! Rules that say a thing twice, say two things, or never decide.

use crate::arch::{Arch, X32_BIT};
use crate::data::Table;
use crate::map::Map;
use crate::policy::{Comparison, Condition, Expression, Operand, Rule, Target};
use crate::resolve::{Call, Resolved, name_span};
use crate::select::{Defaults, rules_on};

use super::Checker;

impl<'p> Checker<'_, 'p> {
    /// The same thing written twice, and two values of one verb for one call.
    pub(super) fn twice(&mut self) {
        let rules = &self.names.rules;
        let index = Index::of(rules);
        for (i, later) in rules.iter().enumerate() {
            for earlier in index.beside(later, rules, |j| j < i) {
                if later.written.action.verb != earlier.written.action.verb
                    || !overlap(later.written, earlier.written)
                {
                    continue;
                }
                let same_text = later.written.pattern.text == earlier.written.pattern.text;
                let same_value = later.written.action == earlier.written.action;
                let verb = &later.written.action.verb.name();
                if same_value {
                    if let Some(wide) = swallowed(later, earlier) {
                        self.narrows_nothing(later.written, wide);
                    } else if let Some(wide) = swallowed(earlier, later) {
                        self.narrows_nothing(earlier.written, wide);
                    } else if same_text && later.written.tables == earlier.written.tables {
                        let text = &later.written.pattern.text;
                        self.report.error(
                            later.written.pattern.span,
                            format!("`{text}` is said twice under `{verb}`"),
                        );
                    } else if let Some(set) = held_by(later, earlier) {
                        let text = &later.written.pattern.text;
                        self.report.warning(
                            name_span(&later.written.pattern),
                            format!("`{set}` holds `{text}` already"),
                        );
                    } else if let Some(set) = held_by(earlier, later) {
                        let text = &earlier.written.pattern.text;
                        self.report.warning(
                            name_span(&earlier.written.pattern),
                            format!("`{set}` holds `{text}` already"),
                        );
                    }
                } else if let Some(call) = contested(later, earlier) {
                    let (one, other) = (&earlier.written.action, &later.written.action);
                    self.report.error(
                        name_span(&later.written.pattern),
                        format!("`{call}` is answered with `{one}` and with `{other}`: one call has one value"),
                    );
                }
            }
        }
    }

    /// A rule whose conditions change nothing, because `wide` says the same of the call without any.
    fn narrows_nothing(&mut self, rule: &'p Rule, wide: &'p Rule) {
        let verb = rule.action.verb.name();
        let (Target::Name(name), by) = (&rule.pattern.target, &wide.pattern.text) else {
            return;
        };
        let name = &name.text;
        let instead = match wide.pattern.target {
            Target::Set { .. } => format!("write `{by} - {name}`"),
            Target::Name(_) | Target::Number(_) => format!("take the plain `{by}` out"),
        };
        self.report.error(
            rule.pattern.span,
            format!(
                "this narrows nothing: `{verb}` of `{by}` is for every `{name}` already; {instead}"
            ),
        );
    }

    /// Rules whose conditions change nothing on a table, because a set that is for some arches alone opens the call there.
    pub(super) fn opened_here(&mut self, table: Table) {
        let rules: Vec<_> = rules_on(self.names, table).collect();
        let conditioned = |rule: &&&Resolved<'p, Rule>| rule.written.pattern.condition.is_some();
        for narrow in rules.iter().filter(conditioned) {
            // One that is for all arches is told of on all.
            let opening = rules.iter().filter(|wide| {
                matches!(wide.written.pattern.target, Target::Set { .. })
                    && wide.written.action == narrow.written.action
                    && narrow.calls.iter().all(|call| wide.calls.contains(call))
                    && !wider(wide.written, narrow.written)
            });
            for wide in opening.map(|wide| &wide.written.pattern) {
                let text = &narrow.written.pattern.text;
                let name: String = narrow.calls.iter().map(Call::to_string).collect();
                let (by, verb) = (&wide.text, narrow.written.action.verb.name());
                let message = format!(
                    "on {} `{text}` narrows nothing: `{verb}` of `{by}` is for every `{name}` there; write `{by} - {name}`",
                    table.name()
                );
                self.report.error(wide.span, message);
            }
        }
    }

    /// Bare numbers that are calls of a foreign ABI, about which no rule is asked.
    pub(super) fn numbers(&mut self, table: Table) {
        let Some(arch) = Arch::with_table(table) else {
            return;
        };
        for rule in rules_on(self.names, table) {
            for call in &rule.calls {
                if let Call::Number(number) = *call {
                    if arch.is_foreign(number) {
                        let (bit, own) = (number & X32_BIT, number ^ X32_BIT);
                        let is = if bit == 0 { "lacks" } else { "has" };
                        self.report.error(
                            rule.written.pattern.span,
                            format!(
                                "{number:#x} {is} the bit {X32_BIT:#x}: on {} that is a call of a foreign ABI, which `foreign` answers whatever the rules; write `syscall({own:#x})`",
                                arch.name
                            ),
                        );
                    }
                }
            }
        }
    }

    /// Two values of one verb for one number that the rules call by two names.
    pub(super) fn contested_numbers(&mut self, table: Table) {
        let rules: Vec<_> = rules_on(self.names, table).collect();
        let calls = Numbered::of(&rules, table);
        let has_names = |call: &Call| call.syscall().is_none_or(|s| s.nr_on(table).is_none());
        for &(number, i, call) in calls.0.iter().filter(|(_, _, call)| has_names(call)) {
            let mut told = None;
            for &(_, j, met) in calls.with(number) {
                if j == i || met == call || told == Some(j) {
                    continue;
                }
                told = Some(j);
                let (one, two) = (rules[i].written, rules[j].written);
                // Of two that are both called by another name, one tells it.
                let is_told = !has_names(&met) || j < i;
                if !is_told || one.action.verb != two.action.verb || one.action == two.action {
                    continue;
                }
                let conditions = (&one.pattern.condition, &two.pattern.condition);
                if let (Some(a), Some(b)) = conditions {
                    if apart(a, b).is_some() {
                        continue;
                    }
                }
                let (a, b) = (&two.pattern.text, &one.pattern.text);
                self.report.error(
                    name_span(&one.pattern),
                    format!(
                        "`{a}` and `{b}` are one call on {}, which is answered with `{}` and with `{}`: one call has one value",
                        table.name(), two.action, one.action
                    ),
                );
            }
        }
    }

    /// Rules that never decide anything.
    pub(super) fn dead(&mut self) {
        let debug = self.policy.settings.debug_default.is_some();
        let mut defaults = vec![Defaults::of(self.policy, false).default];
        if debug {
            defaults.push(Defaults::of(self.policy, true).default);
        }
        let rules = &self.names.rules;
        let index = Index::of(rules);
        for (i, rule) in rules.iter().enumerate() {
            let others = index.beside(rule, rules, |j| j != i);
            let covers = |other: &Resolved<'_, Rule>, call: &Call| {
                other.written.pattern.condition.is_none()
                    && wider(other.written, rule.written)
                    && other.calls.contains(call)
            };
            let verb = rule.written.action.verb;
            let text = &rule.written.pattern.text;
            let span = name_span(&rule.written.pattern);
            let stricter = |call: &Call| {
                others
                    .iter()
                    .copied()
                    .find(|o| o.written.action.verb > verb && covers(o, call))
            };
            let first = rule.calls.first().and_then(stricter);
            if let Some(over) = first.filter(|_| rule.calls.iter().all(|c| stricter(c).is_some())) {
                let (a, b) = (&rule.written.action, &over.written.action);
                let by = &over.written.pattern.text;
                self.report.error(
                    span,
                    format!("this never decides: `{b}` of `{by}` is stricter than `{a}` of `{text}`, and the strictest rule wins"),
                );
                continue;
            }
            let looser = |call: &Call| {
                others.iter().any(|o| {
                    o.written.action.verb < verb
                        && overlap(o.written, rule.written)
                        && o.calls.contains(call)
                })
            };
            if defaults.iter().all(|d| d.action == rule.written.action)
                && !rule.calls.iter().any(looser)
            {
                let action = &rule.written.action;
                self.report.error(
                    span,
                    format!(
                        "this never decides: `{action}` is what happens to `{text}` by default"
                    ),
                );
            }
        }
    }
}

/// The rules by the calls that they are about.
struct Index(Map<Call, Vec<usize>>);

impl Index {
    fn of(rules: &[Resolved<'_, Rule>]) -> Index {
        let mut by_call: Map<Call, Vec<usize>> = Map::new();
        for (i, rule) in rules.iter().enumerate() {
            for call in &rule.calls {
                by_call.get_or_insert(*call, Vec::new()).push(i);
            }
        }
        Index(by_call)
    }

    /// The rules that share a call with `rule`, as far as their indices are `wanted`.
    fn beside<'r, 'p>(
        &self,
        rule: &Resolved<'p, Rule>,
        rules: &'r [Resolved<'p, Rule>],
        wanted: impl Fn(usize) -> bool,
    ) -> Vec<&'r Resolved<'p, Rule>> {
        let mut beside: Vec<usize> = Vec::new();
        for call in &rule.calls {
            let sharing = self.0.get(call).into_iter().flatten();
            beside.extend(sharing.filter(|&&j| wanted(j)));
        }
        beside.sort_unstable();
        beside.dedup();
        beside.into_iter().map(|j| &rules[j]).collect()
    }
}

/// Whether the two rules apply on a common arch.
fn overlap(a: &Rule, b: &Rule) -> bool {
    match (&a.tables, &b.tables) {
        (Some(a), Some(b)) => a.iter().any(|table| b.contains(table)),
        _ => true,
    }
}

/// Whether `a` applies wherever `b` does.
fn wider(a: &Rule, b: &Rule) -> bool {
    match (&a.tables, &b.tables) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(a), Some(b)) => b.iter().all(|table| a.contains(table)),
    }
}

/// `wide` where it says of the one call of `narrow`, without a condition, what that says with one.
fn swallowed<'p>(narrow: &Resolved<'p, Rule>, wide: &Resolved<'p, Rule>) -> Option<&'p Rule> {
    let conditions = (
        narrow.written.pattern.condition.is_some(),
        wide.written.pattern.condition.is_some(),
    );
    let both = narrow.calls.iter().any(|call| wide.calls.contains(call));
    let swallowed = conditions == (true, false) && both && wider(wide.written, narrow.written);
    swallowed.then_some(wide.written)
}

/// A call that both are about under conditions that may hold together.
fn contested(a: &Resolved<'_, Rule>, b: &Resolved<'_, Rule>) -> Option<Call> {
    let call = a
        .calls
        .iter()
        .copied()
        .find(|call| b.calls.contains(call))?;
    match (&a.written.pattern.condition, &b.written.pattern.condition) {
        (Some(a), Some(b)) if apart(a, b).is_some() => None,
        _ => Some(call),
    }
}

/// The values that keep the two conditions from holding together as long as they differ: both are what one argument must be
/// equal to. That they do differ is for rustc to see.
pub fn apart<'c>(a: &'c Condition, b: &'c Condition) -> Option<(&'c Operand, [&'c Expression; 2])> {
    equalities(a).into_iter().find_map(|(operand, one)| {
        let others = equalities(b).into_iter();
        let other = others
            .filter(|(o, _)| same(o, operand))
            .find(|(_, v)| *v != one);
        other.map(|(_, other)| (operand, [one, other]))
    })
}

/// Whether two operands are the same argument, looked at in the same way.
fn same(a: &Operand, b: &Operand) -> bool {
    (&a.name.text, a.cast, &a.mask) == (&b.name.text, b.cast, &b.mask)
}

/// What must be equal for the condition to hold.
fn equalities(condition: &Condition) -> Vec<(&Operand, &Expression)> {
    match condition {
        Condition::Compare {
            operand,
            op: Comparison::Equal,
            value,
        } => vec![(operand, value)],
        Condition::All(all) => all.iter().flat_map(equalities).collect(),
        _ => Vec::new(),
    }
}

/// The set of `set` where it holds the plain name of `name`.
fn held_by<'p>(name: &Resolved<'p, Rule>, set: &Resolved<'p, Rule>) -> Option<&'p str> {
    let plain = matches!(
        name.written.pattern.target,
        Target::Name(_) | Target::Number(_)
    );
    let unconditional = name.written.pattern.condition.is_none();
    let held = plain
        && unconditional
        && matches!(set.written.pattern.target, Target::Set { .. })
        && wider(set.written, name.written)
        && name.calls.iter().any(|call| set.calls.contains(call));
    held.then_some(set.written.pattern.text.as_str())
}

/// The calls of rules on a table: their numbers there, and which rule each is of, in order.
pub(super) struct Numbered(Vec<(u32, usize, Call)>);

impl Numbered {
    pub(super) fn of(rules: &[&Resolved<'_, Rule>], table: Table) -> Numbered {
        let calls = rules.iter().enumerate();
        let calls = calls.flat_map(|(i, rule)| rule.calls.iter().map(move |call| (i, *call)));
        let calls = calls.filter_map(|(i, call)| Some((call.number_on(table)?, i, call)));
        let mut calls: Vec<_> = calls.collect();
        calls.sort_by_key(|(number, i, _)| (*number, *i));
        Numbered(calls)
    }

    /// Those with this number.
    pub(super) fn with(&self, number: u32) -> &[(u32, usize, Call)] {
        let from = self.0.partition_point(|(other, _, _)| *other < number);
        let to = self.0.partition_point(|(other, _, _)| *other <= number);
        &self.0[from..to]
    }
}

#[cfg(test)]
mod tests {
    use crate::check::told::told_on;

    #[test]
    fn a_set_for_one_arch_opens_what_is_conditioned_on_all() {
        let own = "allow(exit_group, socket(family == AF_UNIX))";
        for (set, arch, want) in [
            (
                "@network-io",
                "x86_64",
                &[
                    "on x86_64 `socket(family == AF_UNIX)` narrows nothing: `allow` of `@network-io` is for every `socket` there; write `@network-io - socket`",
                ][..],
            ),
            ("@network-io", "aarch64", &[]),
            ("@network-io - socket", "x86_64", &[]),
        ] {
            let text = format!("{own}, arch(x86_64: allow({set}))");
            assert_eq!(told_on(&text, arch), want, "{text} {arch}");
        }
    }

    #[test]
    fn one_call_by_two_names_has_one_value() {
        for (text, arch, want) in [
            (
                "errno(EPERM: getpid), errno(EACCES: syscall(39)), default = log",
                "x86_64",
                "`getpid` and `syscall(39)` are one call on x86_64, which is answered with `errno(EPERM)` and with `errno(EACCES)`: one call has one value",
            ),
            (
                "errno(EPERM: mmap), errno(EACCES: mmap2), default = log",
                "riscv32",
                "`mmap2` and `mmap` are one call on riscv32, which is answered with `errno(EACCES)` and with `errno(EPERM)`: one call has one value",
            ),
        ] {
            assert_eq!(told_on(text, arch), [want], "{text}");
        }
        for (text, arch) in [
            (
                "errno(EPERM: getpid), errno(EACCES: syscall(39)), default = log",
                "aarch64",
            ),
            (
                "errno(EPERM: getpid), errno(EPERM: syscall(39)), default = log",
                "x86_64",
            ),
            ("errno(EPERM: mmap, mmap2), default = log", "riscv32"),
        ] {
            assert_eq!(told_on(text, arch), Vec::<String>::new(), "{text} {arch}");
        }
    }
}
