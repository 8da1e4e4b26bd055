//! What the policy does with one call, for the checks: references into the policy, nothing lowered.

use crate::action::Verb;
use crate::arch::Arch;
use crate::data::{self, Table, Version};
use crate::map::Map;
use crate::policy::{Action, Rule};
use crate::resolve::{Call, Names, names_on};
use crate::select::Defaults;

/// The rules by the call that they are about.
pub(super) struct Verdicts<'p> {
    by_name: Map<&'static str, Vec<&'p Rule>>,
    by_number: Map<u32, Vec<&'p Rule>>,
    /// What came later is unknown to the policy.
    baseline: Version,
}

/// What happens to a call.
#[derive(Clone)]
pub(super) struct Verdict<'p> {
    /// Rules under conditions: the first whose condition holds decides.
    pub(super) branches: Vec<&'p Rule>,
    /// What happens where none holds.
    pub(super) otherwise: &'p Action,
    /// The rule that says so; `None` is the setting.
    pub(super) by: Option<&'p Rule>,
    /// The setting that says what happens where no rule does.
    pub(super) setting: &'static str,
}

impl<'p> Verdicts<'p> {
    pub(super) fn of(names: &Names<'p>) -> Verdicts<'p> {
        let mut verdicts = Verdicts {
            by_name: Map::new(),
            by_number: Map::new(),
            baseline: names.baseline,
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
        let names = names_on(call, table);
        let named = names.iter().filter_map(|name| self.by_name.get(name));
        let named = named.flatten();
        let numbered = self.by_number.get(&number).into_iter().flatten();
        let mut rules: Vec<&'p Rule> = named
            .chain(numbered)
            .copied()
            .filter(|rule| rule.applies_on(table))
            .collect();
        rules.sort_by_key(|rule| core::cmp::Reverse(rule.action.verb));
        let known = names.iter().filter_map(|name| data::syscall(name));
        let is_known = known
            .into_iter()
            .any(|s| s.since_on(table) <= self.baseline);
        let arch = Arch::with_table(table)?;
        let (setting, otherwise) = if is_known {
            ("default", &defaults.default.action)
        } else {
            defaults.of_unknown(arch, number)
        };
        let mut verdict = Verdict {
            branches: Vec::new(),
            otherwise,
            by: None,
            setting,
        };
        // No rule is asked about these.
        if arch.is_foreign(number) {
            return Some(verdict);
        }
        for rule in rules {
            match &rule.pattern.condition {
                Some(_) => verdict.branches.push(rule),
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

impl<'p> Verdict<'p> {
    fn verbs(&self) -> impl Iterator<Item = Verb> {
        let branches = self.branches.iter().map(|rule| rule.action.verb);
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

    /// Whether some arguments make it go through.
    pub(super) fn may_pass(&self) -> bool {
        self.verbs().any(Verb::permits)
    }

    /// What keeps it out, for some arguments or for all.
    pub(super) fn kept_by(&self) -> impl Iterator<Item = Verb> {
        self.verbs().filter(|verb| *verb >= Verb::Errno)
    }

    /// The rule that makes it go through; `None` is the setting.
    pub(super) fn lets_in(&self) -> Option<&'p Rule> {
        if self.otherwise.verb.permits() {
            return self.by;
        }
        let mut branches = self.branches.iter().copied();
        branches.find(|rule| rule.action.verb.permits())
    }

    /// Whether its arguments decide whether it goes through.
    pub(super) fn depends(&self) -> bool {
        let mut verbs = self.verbs();
        verbs.any(Verb::permits) && self.verbs().any(|verb| !verb.permits())
    }
}

#[cfg(test)]
mod tests {
    use crate::check::told::told;

    /// A number is forbidden by whatever name, or setting, it is let in.
    #[test]
    fn a_forbidden_number_is_known_by_its_names() {
        for (policy, arch, want) in [
            (
                "allow(exit_group), arch(x86_64: allow(execve)), forbid(syscall(59))",
                "x86_64",
                "on x86_64: `syscall(59)` is forbidden, and `allow` of `execve` lets it in",
            ),
            (
                "allow(exit_group), arch(x86_64: allow(syscall(59))), forbid(execve)",
                "x86_64",
                "on x86_64: `execve` is forbidden, and `allow` of `syscall(59)` lets it in",
            ),
            // riscv32 has one number for both.
            (
                "allow(exit_group, mmap2), forbid(mmap)",
                "riscv32",
                "on riscv32: `mmap` is forbidden, and `allow` of `mmap2` lets it in",
            ),
            (
                "allow(exit_group), arch(riscv32: allow(mmap)), forbid(mmap2)",
                "riscv32",
                "on riscv32: `mmap2` is forbidden, and `allow` of `mmap` lets it in",
            ),
            (
                "allow(exit_group), unknown = allow, waive(open_unknown: \"a test\"), forbid(syscall(9999))",
                "x86_64",
                "on x86_64: `syscall(9999)` is forbidden, and `unknown = allow` lets it in",
            ),
            (
                "allow(exit_group), unknown = log, waive(open_unknown: \"a test\"), baseline = \"5.10\", forbid(syscall(449))",
                "x86_64",
                "on x86_64: `syscall(449)` is forbidden, and `unknown = log` lets it in",
            ),
        ] {
            let told = told(policy, arch);
            assert!(told.iter().any(|told| told == want), "{policy}: {told:?}");
        }
        for (policy, arch) in [
            (
                "allow(exit_group), arch(x86_64: allow(execve)), forbid(syscall(59))",
                "aarch64",
            ),
            ("allow(exit_group, mmap2), forbid(mmap)", "x86_64"),
            ("allow(exit_group, execve), forbid(syscall(9999))", "x86_64"),
            ("allow(exit_group, mmap), forbid(munmap)", "x86_64"),
            (
                "allow(exit_group), unknown = allow, waive(open_unknown: \"a test\"), forbid(execve)",
                "x86_64",
            ),
        ] {
            assert_eq!(told(policy, arch), Vec::<String>::new(), "{policy} {arch}");
        }
    }
}
