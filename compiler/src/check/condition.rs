//! Conditions that look at nothing, or not at what they seem to.

use std::collections::BTreeSet;

use crate::arch::ARCHES;
use crate::argument::{locate, names};
use crate::data::{self, Syscall};
use crate::lint::Lint;
use crate::nearest::nearest;
use crate::policy::{Cast, Comparison, Condition, Operand, Pattern, Rule, Target};

use super::Checker;

impl<'p> Checker<'_, 'p> {
    /// Checks every condition of the policy.
    pub(super) fn conditions(&mut self) {
        for (rule, pattern) in self.policy.patterns() {
            // What is compared in a rule that denies is what a caller tries to get past.
            let denies = rule.is_none_or(|rule| !rule.action.verb.permits());
            self.pattern(pattern, rule, denies);
        }
    }

    fn pattern(&mut self, pattern: &'p Pattern, rule: Option<&'p Rule>, denies: bool) {
        let (Target::Name(name), Some(condition)) = (&pattern.target, &pattern.condition) else {
            return;
        };
        if let Some(syscall) = data::syscall(&name.text) {
            self.condition(syscall, condition, rule, denies);
        }
    }

    fn condition(
        &mut self,
        syscall: &'static Syscall,
        condition: &'p Condition,
        rule: Option<&'p Rule>,
        denies: bool,
    ) {
        match condition {
            Condition::Not(inner) => self.condition(syscall, inner, rule, !denies),
            Condition::All(list) | Condition::Any(list) => {
                for one in list {
                    self.condition(syscall, one, rule, denies);
                }
                self.opposites(condition, list);
            }
            Condition::Compare { operand, op, value } => {
                let null = matches!(op, Comparison::Equal | Comparison::NotEqual)
                    && operand.mask.is_none()
                    && value.integer() == Some(0);
                self.operand(syscall, operand, null, rule);
                let (denies, order) = match op {
                    Comparison::Equal => (denies, None),
                    Comparison::NotEqual => (!denies, None),
                    // One flag more makes it greater.
                    Comparison::Less => (denies, Some(format!("< {}", value.text))),
                    Comparison::LessOrEqual => (denies, Some(format!("<= {}", value.text))),
                    Comparison::Greater => (!denies, Some(format!("> {}", value.text))),
                    Comparison::GreaterOrEqual => (!denies, Some(format!(">= {}", value.text))),
                };
                if denies {
                    self.flags(syscall, operand, value, order.as_deref(), rule);
                }
            }
            Condition::In { operand, list } => {
                self.operand(syscall, operand, false, rule);
                if let Some(first) = list.first().filter(|_| denies) {
                    self.flags(syscall, operand, first, None, rule);
                }
                let mut before = BTreeSet::new();
                for value in list {
                    if !before.insert(value) {
                        self.report
                            .error(value.span, format!("`{}` is in the list twice", value.text));
                    }
                }
            }
            Condition::Range { operand, low, high } => {
                self.operand(syscall, operand, false, rule);
                if denies {
                    let range = format!("in {}..={}", low.text, high.text);
                    self.flags(syscall, operand, high, Some(&range), rule);
                }
            }
        }
    }

    /// An argument must be there, and a pointer can be told from null alone.
    fn operand(
        &mut self,
        syscall: &'static Syscall,
        operand: &'p Operand,
        null: bool,
        rule: Option<&'p Rule>,
    ) {
        let name = &operand.name.text;
        let found = ARCHES
            .iter()
            .filter(|arch| syscall.nr_on(arch.table).is_some())
            .filter_map(|arch| locate(Some(syscall), name, arch).ok());
        let found: Vec<_> = found.collect();
        let Some(widest) = found.iter().max_by_key(|argument| argument.ty.bits) else {
            self.unknown_argument(syscall, operand);
            return;
        };
        if widest.ty.pointer && !null {
            self.report.error(
                operand.name.span,
                format!(
                    "`{name}` of `{}` is a pointer: a filter sees the address and not what is there, which can change; it can only be compared with 0",
                    syscall.name
                ),
            );
        }
        let bits = match operand.cast {
            Some(Cast::U32 | Cast::I32) => 32,
            Some(Cast::U64 | Cast::I64) => 64,
            None => return,
        };
        if bits < widest.ty.bits {
            let message = format!(
                "`{name}` of `{}` has {} bits, and this compares {bits}: what is above is whatever the caller likes",
                syscall.name, widest.ty.bits
            );
            self.lint(Lint::NarrowingCast, rule, operand.name.span, &message);
        }
        if bits > widest.ty.bits {
            let message = format!(
                "the kernel looks at {} bits of `{name}` of `{}`, and this compares {bits}: a caller sets the rest as it likes and is another value",
                widest.ty.bits, syscall.name
            );
            self.lint(Lint::WideningCast, rule, operand.name.span, &message);
        }
    }

    fn unknown_argument(&mut self, syscall: &'static Syscall, operand: &'p Operand) {
        let name = &operand.name.text;
        let known = names(syscall);
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("; did you mean `{near}`?"),
            None if known.is_empty() => "; it has none".to_owned(),
            None => format!("; it has `{}`", known.join("`, `")),
        };
        self.report.error(
            operand.name.span,
            format!("`{}` has no argument `{name}`{hint}", syscall.name),
        );
    }

    /// A condition beside its opposite, or the same thing asked twice.
    fn opposites(&mut self, whole: &Condition, list: &'p [Condition]) {
        for (i, later) in list.iter().enumerate() {
            for earlier in &list[..i] {
                let Some(span) = later.span() else {
                    continue;
                };
                if later == earlier {
                    self.report.error(span, "this is asked twice");
                } else if opposite(later, earlier) {
                    let always = matches!(whole, Condition::Any(_));
                    self.report.error(
                        span,
                        if always {
                            "this is the opposite of what stands before it: the condition always holds"
                        } else {
                            "this is the opposite of what stands before it: the condition never holds"
                        },
                    );
                } else if matches!(whole, Condition::All(_)) && exclusive(later, earlier) {
                    self.report.error(
                        span,
                        "this can't hold together with what stands before it: the condition never holds",
                    );
                }
            }
        }
    }
}

/// Whether one is the negation of the other as it is written.
fn opposite(a: &Condition, b: &Condition) -> bool {
    let negated =
        |a: &Condition, b: &Condition| matches!(a, Condition::Not(inner) if **inner == *b);
    let (
        Condition::Compare { operand, op, value },
        Condition::Compare {
            operand: o,
            op: p,
            value: v,
        },
    ) = (a, b)
    else {
        return negated(a, b) || negated(b, a);
    };
    let inverse = match op {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
    };
    operand == o && value == v && inverse == *p
}

/// Whether both want one argument equal to numbers that differ.
fn exclusive(a: &Condition, b: &Condition) -> bool {
    let number = |condition: &Condition| match condition {
        Condition::Compare {
            operand,
            op: Comparison::Equal,
            value,
        } => value.integer().map(|n| (operand.clone(), n)),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some((a, n)), Some((b, m))) => a == b && n != m,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::check::told::{of_condition as told, tells};

    /// What an argument is, it is by its place too.
    #[test]
    fn an_argument_by_its_place_is_the_same_argument() {
        for (policy, want) in [
            (
                "errno(EPERM: socket(arg1 == SOCK_DGRAM))",
                "write `arg1 & 0xf == SOCK_DGRAM`",
            ),
            (
                "errno(EPERM: unshare(arg0 == CLONE_NEWNS | CLONE_NEWNET))",
                "write `arg0 & (CLONE_NEWNS | CLONE_NEWNET) == CLONE_NEWNS | CLONE_NEWNET`",
            ),
            (
                "errno(EPERM: ioctl(arg1 as u64 == TIOCSTI))",
                "the kernel looks at 32 bits of `arg1` of `ioctl`",
            ),
            (
                "allow(kill(arg1 as u64 == 9))",
                "the kernel looks at 32 bits of `arg1` of `kill`",
            ),
        ] {
            tells(policy, want);
        }
        // What prctl calls `arg2` is its second argument; of a slot that a call doesn't use all counts.
        for policy in [
            "allow(prctl(option == 1, arg2 as u64 == 9))",
            "allow(kill(arg2 as u64 == 9))",
        ] {
            assert_eq!(told(policy), Vec::<String>::new(), "{policy}");
        }
    }
}
