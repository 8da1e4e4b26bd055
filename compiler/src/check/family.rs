//! Calls that do what another call does: a rule for one of them is walked around through the next.
//!
//! Looked at for the arch that is built, so that nobody hears of another arch's calls.

use crate::action::Verb;
use crate::data::{self, FAMILIES, Table};
use crate::lint::Lint;
use crate::policy::{Rule, Target};
use crate::resolve::number_on;
use crate::select::Defaults;

use super::Checker;
use super::equivalents::equivalents;
use super::verdict::Verdicts;

impl<'p> Checker<'_, 'p> {
    /// Rules for one of several calls that do the same, on a table.
    pub(super) fn families(
        &mut self,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) {
        for rule in &self.policy.rules {
            if !rule.applies_on(table) {
                continue;
            }
            let name = match &rule.pattern.target {
                Target::Name(name) => {
                    let call = data::syscall(&name.text);
                    let is_there = call.is_some_and(|call| number_on(call, table).is_some());
                    // A rule that allows a call where there is one walks around nothing, and most are that everywhere.
                    Some(name.text.as_str()).filter(|_| restricts(rule) || !is_there)
                }
                // A number is another call on each of them.
                Target::Number(number) => data::name_of(table, *number),
                Target::Set { .. } => None,
            };
            if let Some(name) = name {
                self.family(rule, name, defaults, verdicts, table);
            }
        }
    }

    fn family(
        &mut self,
        rule: &'p Rule,
        name: &str,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) {
        let Some(own) = verdicts.named(name, table, defaults) else {
            self.lacking(rule, name, defaults, verdicts, table);
            return;
        };
        // Either the call is denied by name, or what it is allowed depends on its arguments.
        let conditioned = rule.pattern.condition.is_some() && own.depends();
        if !conditioned && !denies(rule) {
            return;
        }
        let open = self.open_equivalents(name, defaults, verdicts, table);
        if open.is_empty() || self.is_a_fallback(rule, name, defaults, verdicts, table) {
            return;
        }
        let what = match rule.action.verb {
            _ if conditioned => "conditioned",
            Verb::Notify => "for the listener",
            Verb::Trace => "for the tracer",
            _ => "denied",
        };
        let names = open.join("`, `");
        let instead = self.instead(&open, |open| match rule.action.verb {
            verb if !verb.permits() && !conditioned => {
                format!("add {} beside `{name}`", quoted(open))
            }
            _ => format!(
                "give it the same condition where it has the arguments, or add `errno(ENOSYS: {})`",
                open.join(", ")
            ),
        });
        let open_too = match open.len() {
            1 => "does the same and is open",
            _ => "do the same and are open",
        };
        let message = format!("`{name}` is {what} here, and `{names}` {open_too}: {instead}");
        self.lint(Lint::Equivalent, Some(rule), rule.pattern.span, &message);
    }

    /// A rule for a call that this arch lacks, where the policy denies all that it has for the same.
    fn lacking(
        &mut self,
        rule: &'p Rule,
        name: &str,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) {
        // A variant that other arches have is denied there.
        let is_variant = FAMILIES.iter().any(|family| family.variant == name);
        if restricts(rule) && !is_variant {
            let open = self.open_equivalents(name, defaults, verdicts, table);
            if !open.is_empty() && !self.is_a_fallback(rule, name, defaults, verdicts, table) {
                let message = format!(
                    "{} has no `{name}`, and what does the same there is open: add {} beside `{name}`",
                    table.name(),
                    quoted(&open)
                );
                self.lint(Lint::Equivalent, Some(rule), rule.pattern.span, &message);
            }
            return;
        }
        if !rule.action.verb.permits() {
            return;
        }
        let others = equivalents(name).into_iter();
        let others = others.filter_map(|other| {
            let verdict = verdicts.named(other, table, defaults)?;
            Some((other, verdict.is_denied()))
        });
        let others: Vec<(&str, bool)> = others.collect();
        // One that goes through does for it.
        if others.iter().any(|(_, is_denied)| !is_denied) {
            return;
        }
        if let Some((other, _)) = others.first() {
            self.report.warning(
                rule.pattern.span,
                format!(
                    "{} has no `{name}`; what it has is `{other}`, which is denied",
                    table.name()
                ),
            );
        }
    }
}

/// Whether a rule keeps a call from going through: by name, or by its arguments.
fn restricts(rule: &Rule) -> bool {
    rule.pattern.condition.is_some() || denies(rule)
}

/// Whether a rule denies what it is about. What a listener or a tracer answers for, it must see.
fn denies(rule: &Rule) -> bool {
    !rule.action.verb.permits()
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::Place;
    use crate::check::told::{messages, on, told_on};

    #[test]
    fn a_call_that_an_arch_lacks_is_told_where_all_that_it_has_is_denied() {
        let told = |text: &str, arch| messages(on(arch, Place::Value, text));
        assert_eq!(
            told("allow(exit, open), default = errno(EPERM)", "aarch64"),
            ["aarch64 has no `open`; what it has is `openat`, which is denied"]
        );
        for text in [
            "allow(exit, open, openat), errno(ENOSYS: openat2), default = errno(EPERM)",
            // The twin answers ENOSYS unsaid.
            "allow(exit, open(flags == 0), openat(flags == 0)), default = errno(EPERM)",
        ] {
            for arch in ["aarch64", "x86_64"] {
                assert_eq!(told(text, arch), Vec::<String>::new(), "{text} {arch}");
            }
        }
    }

    #[test]
    fn a_call_that_the_arch_lacks_is_allowed_by_another_name() {
        let warnings = |text: &str| messages(on("x86_64", Place::Value, text));
        assert_eq!(
            warnings("allow(exit_group, recv)"),
            ["x86_64 has no `recv`; what it has is `recvfrom`, which is denied"]
        );
        assert_eq!(warnings("allow(exit_group, recv, recvfrom)"), [""; 0]);
    }

    #[test]
    fn a_call_is_walked_around_through_what_does_the_same() {
        for (text, arch, open) in [
            (
                "errno(EACCES: stat), default = allow",
                "x86_64",
                "newfstatat`, `statx",
            ),
            (
                "errno(EACCES: newfstatat), default = allow",
                "aarch64",
                "statx",
            ),
            (
                "errno(EACCES: access), default = allow",
                "x86_64",
                "faccessat`, `faccessat2",
            ),
            (
                "errno(EPERM: settimeofday), default = allow",
                "x86_64",
                "clock_settime",
            ),
            (
                "errno(EPERM: kexec_load), default = allow",
                "x86_64",
                "kexec_file_load",
            ),
            (
                "errno(EPERM: setrlimit), default = allow",
                "x86_64",
                "prlimit64",
            ),
            ("errno(EPERM: rmdir), default = log", "x86_64", "unlinkat"),
            (
                "errno(EPERM: chown), default = allow",
                "x86_64",
                "`fchown`, `fchownat`, `lchown`",
            ),
            ("errno(EPERM: fchmod), default = log", "arm", "fchmodat2"),
            (
                "errno(EPERM: setuid), default = allow",
                "x86_64",
                "`setresuid`, `setreuid`",
            ),
            (
                "allow(exit_group, writev, write(fd == 2))",
                "aarch64",
                "`write` is conditioned here, and `writev`",
            ),
            (
                "allow(exit_group, sendmsg, sendto(addr == 0))",
                "aarch64",
                "`sendto` is conditioned here, and `sendmsg`",
            ),
            // Where there is no such call, others do the same all the more.
            (
                "errno(EPERM: rmdir), default = log",
                "aarch64",
                "has no `rmdir`, and what does the same there is open: add `unlinkat`",
            ),
            (
                "errno(EPERM: semop), default = log",
                "i686",
                "add `ipc`, `semtimedop_time64`",
            ),
            // Who decides must see it.
            ("trace(execve), default = allow", "x86_64", "execveat"),
            (
                "trace(openat(flags & O_CREAT != 0)), default = allow",
                "x86_64",
                "`creat`, `open` do the same",
            ),
            // By its number as by its name, which is another one on each arch.
            (
                "errno(EPERM: syscall(59)), default = allow",
                "x86_64",
                "execveat",
            ),
            (
                "errno(EPERM: syscall(221)), default = allow",
                "aarch64",
                "execveat",
            ),
        ] {
            let told = told_on(text, arch);
            assert!(
                told.len() == 1 && told[0].contains(open),
                "{text} {arch}: {told:?}"
            );
        }
        for (text, arch) in [
            ("errno(EPERM: mmap2), default = allow", "x86_64"),
            (
                "errno(EPERM: rmdir, unlink, unlinkat), default = allow",
                "aarch64",
            ),
            ("errno(EPERM: syscall(62)), default = allow", "aarch64"),
            (
                "errno(EPERM: settimeofday, clock_settime), default = allow",
                "x86_64",
            ),
            (
                "errno(EACCES: stat, lstat, newfstatat, statx), default = allow",
                "x86_64",
            ),
        ] {
            assert_eq!(told_on(text, arch), Vec::<String>::new(), "{text} {arch}");
        }
    }
}
