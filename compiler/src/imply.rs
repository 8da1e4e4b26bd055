//! Rules that nobody wrote, and that what was written needs to mean anything.
//!
//! `clone3` and `openat2` take from memory, where a filter can't look, what `clone` and `openat` take in registers. A condition on
//! one of those that denies anything, or asks a listener or a tracer, would be walked around through its twin, so the twin answers ENOSYS, with which libc falls
//! back; any rule that names the twin says otherwise.

use crate::action::Verb;
use crate::data::{self, BASELINE, Table};
use crate::policy::{Action, Minus, Name, Pattern, Policy, Rule, Target, Value};
use crate::select::Defaults;

/// The calls with arguments in registers, and their twins.
const TWINS: [(&str, &str); 2] = [("clone", "clone3"), ("openat", "openat2")];

/// Adds what is implied.
pub fn imply(policy: &mut Policy) {
    let list = [false, true]
        .map(|debug| Defaults::of(policy, debug).default.action.verb)
        .into_iter()
        .any(|verb| verb >= Verb::Errno);
    let baseline = policy.settings.baseline.as_ref();
    let baseline = baseline.map_or(BASELINE, |setting| setting.value);
    for (name, twin) in TWINS {
        let conditioned = |rule: &&Rule| {
            rule.pattern.condition.is_some()
                && (list || !rule.action.verb.permits())
                && matches!(&rule.pattern.target, Target::Name(n) if n.text == name)
        };
        let Some(span) = policy
            .rules
            .iter()
            .find(conditioned)
            .map(|r| r.pattern.span)
        else {
            continue;
        };
        // What one arch says of the twin says nothing of it on another.
        let wanted = |table: &Table| {
            let applying = policy.rules.iter().filter(|rule| rule.applies_on(*table));
            let mut both = (false, false);
            for rule in applying {
                both.0 |= conditioned(&rule);
                both.1 |= names(&rule.pattern.target, twin, *table);
            }
            both == (true, false)
        };
        let tables: Vec<Table> = Table::ALL.into_iter().filter(wanted).collect();
        let Some(syscall) = data::syscall(twin) else {
            continue;
        };
        let answer = |target: Target, tables: Option<Vec<Table>>| Rule {
            action: Action {
                verb: Verb::Errno,
                value: Some(Value::Enosys),
                span,
            },
            pattern: Pattern {
                target,
                condition: None,
                text: twin.to_owned(),
                span,
            },
            tables,
        };
        if syscall.since > baseline {
            // A name that the policy can't know; and `unknown` may let it through.
            let number = |table: Table| Some((Target::Number(syscall.nr_on(table)?), table));
            let numbers = tables.into_iter().filter_map(number);
            let rules = numbers.map(|(target, table)| answer(target, Some(vec![table])));
            policy.rules.extend(rules);
        } else if !tables.is_empty() {
            let text = twin.to_owned();
            let target = Target::Name(Name { text, span });
            let some = Some(tables).filter(|tables| tables.len() < Table::COUNT);
            policy.rules.push(answer(target, some));
        }
    }
}

/// Whether a target has the call among what it is about on a table.
fn names(target: &Target, call: &str, table: Table) -> bool {
    match target {
        Target::Name(name) => name.text == call,
        Target::Number(number) => data::name_of(table, *number) == Some(call),
        Target::Set { set, minus } => {
            let held = |name: &str| data::set(name).is_some_and(|s| s.expand().contains(&call));
            let taken = minus.iter().any(|minus| match minus {
                Minus::Name(name) => name.text == call,
                Minus::Set(name) => held(&name.text),
            });
            held(&set.text) && !taken
        }
    }
}
