//! Rules that nobody wrote, and that what was written needs to mean anything.
//!
//! `clone3` and `openat2` take from memory, where a filter can't look, what `clone` and `openat` take in registers. A condition on
//! one of those that denies anything would be walked around through its twin, so the twin answers ENOSYS, with which libc falls
//! back; any rule that names the twin says otherwise.

use crate::action::Verb;
use crate::data;
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
    for (name, twin) in TWINS {
        let conditioned = policy.rules.iter().find(|rule| {
            rule.pattern.condition.is_some()
                && (list || rule.action.verb >= Verb::Errno)
                && matches!(&rule.pattern.target, Target::Name(n) if n.text == name)
        });
        let Some(span) = conditioned.map(|rule| rule.pattern.span) else {
            continue;
        };
        if policy
            .rules
            .iter()
            .any(|rule| names(&rule.pattern.target, twin))
        {
            continue;
        }
        policy.rules.push(Rule {
            action: Action {
                verb: Verb::Errno,
                value: Some(Value::Enosys),
                span,
            },
            pattern: Pattern {
                target: Target::Name(Name {
                    text: twin.to_owned(),
                    span,
                }),
                condition: None,
                text: twin.to_owned(),
                span,
            },
            tables: None,
        });
    }
}

/// Whether a target has the call among what it is about.
fn names(target: &Target, call: &str) -> bool {
    match target {
        Target::Name(name) => name.text == call,
        Target::Number(_) => false,
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
