//! Whether conditions ask for one of a call's arguments: a plain call is no less plain for a condition on another one.

use crate::arch::Arch;
use crate::argument::locate;
use crate::data::{self, Syscall, Table};
use crate::policy::{Condition, Operand, Rule};

use super::verdict::Verdict;

/// An argument of a call on a table.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    syscall: &'static Syscall,
    table: Table,
    name: &'static str,
}

impl Asked {
    /// The argument called `name` of `call`, which there must be.
    pub(super) fn new(call: &str, name: &'static str, table: Table) -> Option<Asked> {
        Some(Asked {
            syscall: data::syscall(call)?,
            name,
            table,
        })
    }

    /// Whether a rule lets the call through without asking for the argument.
    pub(super) fn is_passed_by(self, rule: &Rule) -> bool {
        let condition = rule.pattern.condition.as_ref();
        rule.action.verb.permits() && !condition.is_some_and(|c| self.is_asked(c, true))
    }

    /// Whether the call goes through without being asked for the argument.
    pub(super) fn is_passed(self, verdict: &Verdict<'_>) -> bool {
        let conditions = |permit: bool| {
            let branches = verdict.branches.iter();
            let branches = branches.filter(move |rule| rule.action.verb.permits() == permit);
            branches.filter_map(|rule| rule.pattern.condition.as_ref())
        };
        let denied = conditions(false).any(|condition| self.is_asked(condition, false));
        let passed = conditions(true).any(|condition| !self.is_asked(condition, true));
        !denied && (passed || verdict.otherwise.verb.permits())
    }

    /// Whether it takes certain values of the argument for the condition to hold, or not to hold, as far as that is seen from what is compared.
    fn is_asked(self, condition: &Condition, holds: bool) -> bool {
        match condition {
            Condition::Not(inner) => self.is_asked(inner, !holds),
            Condition::All(list) | Condition::Any(list) => {
                let mut asked = list.iter().map(|one| self.is_asked(one, holds));
                match matches!(condition, Condition::All(_)) == holds {
                    true => asked.any(|asked| asked),
                    false => asked.all(|asked| asked),
                }
            }
            Condition::Compare { operand, .. }
            | Condition::In { operand, .. }
            | Condition::Range { operand, .. } => self.is_it(operand),
        }
    }

    /// Whether it is that argument, by its name or by its place.
    fn is_it(self, operand: &Operand) -> bool {
        let Some(arch) = Arch::with_table(self.table) else {
            return false;
        };
        let found = |name| locate(Some(self.syscall), name, arch);
        found(self.name).is_ok_and(|argument| found(&operand.name.text) == Ok(argument))
    }
}

#[cfg(test)]
mod tests {
    use crate::Place;
    use crate::check::told::{everywhere, messages};

    fn told(text: &str) -> Vec<String> {
        let text = format!("allow(exit_group), {text}");
        messages(everywhere(Place::Value, &text))
    }

    #[test]
    fn a_condition_on_another_argument_leaves_a_call_plain() {
        for (text, want) in [
            ("allow(ioctl(fd == 0))", "`ioctl` with any `cmd` types"),
            ("allow(ioctl(fd == 0 || cmd == TCGETS))", "`ioctl` with"),
            ("allow(ioctl), errno(EPERM: ioctl(fd > 2))", "`ioctl` with"),
            (
                "allow(ioctl), errno(EPERM: ioctl(fd == 1, cmd == TIOCSTI))",
                "`ioctl` with",
            ),
            ("allow(ioctl), default = notify", "a plain `ioctl` types"),
            ("allow(ioctl), default = trace", "a plain `ioctl` types"),
            ("allow(ptrace), default = trace", "`ptrace` is open"),
            ("allow(prctl(arg2 == 1))", "`prctl` with any `option` makes"),
            ("allow(prctl), default = notify", "a plain `prctl` makes"),
            ("allow(seccomp(flags == 0))", "`seccomp` with any `op` lets"),
        ] {
            let told = told(text);
            assert!(
                told.len() == 1 && told[0].starts_with(want),
                "{text}: {told:?}"
            );
        }
        for text in [
            "allow(ioctl(cmd == TCGETS))",
            "allow(ioctl(arg1 == TCGETS, fd == 0))",
            "allow(ioctl(fd == 0 && !(cmd != TCGETS)))",
            "allow(ioctl), errno(EPERM: ioctl(cmd == TIOCSTI || fd == 3))",
            "allow(prctl(option == PR_SET_NAME))",
            "allow(prctl(arg0 == PR_SET_NAME))",
            "allow(seccomp(op == 2))",
        ] {
            assert_eq!(told(text), Vec::<String>::new(), "{text}");
        }
    }
}
