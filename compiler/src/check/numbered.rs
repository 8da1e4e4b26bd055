//! Rules and what is forbidden by number, held to what the named call is held to on the arch that has it under that number.

use crate::data::{Table, name_of};
use crate::policy::{Rule, Target};
use crate::resolve::{Resolved, name_span};
use crate::select::{Defaults, rules_on};

use super::Checker;
use super::rules::Numbered;

impl<'p> Checker<'_, 'p> {
    /// What is wrong with calls for what they are.
    pub(super) fn known_numbers(&mut self, defaults: &Defaults, table: Table) {
        for (rule, pattern) in self.policy.patterns_on(table) {
            let Target::Number(number) = pattern.target else {
                continue;
            };
            if let Some(name) = name_of(table, number) {
                self.unstoppable_call(rule, name, pattern.span);
                self.unseen_call(rule, pattern, name, pattern.span);
                if let Some(rule) = rule {
                    self.plain_call(rule, name, pattern.span, (defaults, table));
                }
            }
        }
    }

    /// A number beside the name of the same call: one of the two is for nothing.
    pub(super) fn beside_names(&mut self, table: Table) {
        let rules: Vec<&Resolved<'p, Rule>> = rules_on(self.names, table).collect();
        let calls = Numbered::of(&rules, table);
        for numbered in &rules {
            let Target::Number(number) = numbered.written.pattern.target else {
                continue;
            };
            let named = calls.with(number).iter();
            let mut named: Vec<usize> = named
                .filter(|(_, _, call)| call.syscall().is_some())
                .map(|(_, rule, _)| *rule)
                .collect();
            named.dedup();
            for rule in named {
                self.beside(numbered.written, rules[rule].written, table);
            }
        }
    }

    fn beside(&mut self, numbered: &'p Rule, named: &'p Rule, table: Table) {
        let (number, name) = (&numbered.pattern.text, &named.pattern.text);
        let verb = numbered.action.verb.name();
        let table = table.name();
        let is_set = matches!(named.pattern.target, Target::Set { .. });
        if numbered.action == named.action {
            if named.pattern.condition.is_some() {
                self.report.error(
                    named.pattern.span,
                    format!("this narrows nothing: `{verb}` of `{number}` is for every such call on {table} already; take the plain `{number}` out"),
                );
            } else if is_set {
                self.report.warning(
                    numbered.pattern.span,
                    format!("`{name}` holds `{number}` already on {table}"),
                );
            } else {
                self.report.warning(
                    numbered.pattern.span,
                    format!("`{name}` and `{number}` are one call on {table}: it is said twice under `{verb}`"),
                );
            }
            return;
        }
        // A set has other members to decide about.
        let (over, dead) = if numbered.action.verb > named.action.verb && !is_set {
            (numbered, named)
        } else if named.action.verb > numbered.action.verb && named.pattern.condition.is_none() {
            (named, numbered)
        } else {
            return;
        };
        let (a, b) = (&over.action, &dead.action);
        let (by, text) = (&over.pattern.text, &dead.pattern.text);
        self.report.error(
            name_span(&dead.pattern),
            format!("this never decides on {table}, where `{name}` and `{number}` are about one call: `{a}` of `{by}` is stricter than `{b}` of `{text}`, and the strictest rule wins"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::Place;
    use crate::check::told::{everywhere, messages, on};

    /// What is told where the policy is built for an arch, warnings too, but for what these tests aren't about.
    fn told(text: &str, arch: &str) -> Vec<String> {
        let mut told = messages(everywhere(Place::Value, text));
        told.extend(messages(on(arch, Place::Value, text)));
        let others = ["`io_uring_setup` is open", "`readv` do the same"];
        told.retain(|message| !others.iter().any(|other| message.contains(other)));
        told
    }

    #[test]
    fn a_number_is_held_to_what_its_name_is() {
        for (text, arch, want) in [
            (
                "allow(exit_group, syscall(157)), default = kill_process",
                "x86_64",
                "a plain `prctl`",
            ),
            (
                "allow(exit_group, syscall(317)), default = kill_process",
                "x86_64",
                "a plain `seccomp`",
            ),
            (
                "errno(EPERM: syscall(335)), default = log",
                "x86_64",
                "lets `uretprobe` through",
            ),
            (
                "errno(EPERM: syscall(336)), default = log",
                "x86_64",
                "lets `uprobe` through",
            ),
            (
                "allow(exit_group), forbid(syscall(335))",
                "x86_64",
                "lets `uretprobe` through whatever a filter says: no policy",
            ),
            (
                "allow(exit_group), forbid(syscall(228))",
                "x86_64",
                "`clock_gettime` is answered by the vDSO, without a call that a filter sees: forbidding",
            ),
            (
                "errno(EPERM: syscall(228)), default = log",
                "x86_64",
                "`clock_gettime` is answered by the vDSO",
            ),
            (
                "allow(read, syscall(0)), default = log",
                "x86_64",
                "`read` and `syscall(0)` are one call on x86_64",
            ),
            (
                "allow(@stdio, syscall(0)), default = log",
                "x86_64",
                "`@stdio` holds `syscall(0)` already on x86_64",
            ),
            (
                "allow(read(fd == 0), syscall(0)), default = log",
                "x86_64",
                "this narrows nothing",
            ),
            (
                "allow(read), errno(EPERM: syscall(0)), default = log",
                "x86_64",
                "this never decides on x86_64",
            ),
            (
                "allow(read(fd == 0)), errno(EPERM: syscall(0)), default = log",
                "x86_64",
                "this never decides on x86_64",
            ),
            (
                "allow(syscall(0)), errno(EPERM: read), default = log",
                "x86_64",
                "this never decides on x86_64",
            ),
            (
                "allow(exit_group, clone(clone_flags & CLONE_NEWUSER == 0), syscall(435)), default = kill_process",
                "x86_64",
                "`clone` is conditioned here, and `clone3` does the same and is open",
            ),
        ] {
            let told = told(text, arch);
            assert!(
                told.len() == 1 && told[0].contains(want),
                "{text}: {told:?}"
            );
        }
        for (text, arch) in [
            (
                "allow(exit_group, syscall(157)), default = kill_process",
                "aarch64",
            ),
            (
                "allow(exit_group, syscall(157)), default = kill_process, waive(prctl: \"a test\")",
                "x86_64",
            ),
            ("errno(EPERM: syscall(335)), default = log", "aarch64"),
            ("allow(exit_group), forbid(syscall(335))", "aarch64"),
            (
                "allow(exit_group), forbid(syscall(228)), waive(vdso in syscall(228): \"a test\")",
                "x86_64",
            ),
            ("allow(read, syscall(0)), default = log", "aarch64"),
            (
                "allow(read), errno(EPERM: syscall(0)), default = log",
                "aarch64",
            ),
            (
                "allow(@stdio), errno(EPERM: syscall(0)), default = log",
                "x86_64",
            ),
            (
                "allow(syscall(0)), errno(EPERM: read(fd == 7)), default = kill_process, allow(exit_group)",
                "x86_64",
            ),
        ] {
            assert_eq!(told(text, arch), Vec::<String>::new(), "{text} {arch}");
        }
    }
}
