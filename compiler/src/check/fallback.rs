//! Newer calls that are answered with an errno upon which nobody falls back to the older one.
//!
//! A kernel answers ENOSYS for a call that it lacks, and only that makes libc take the older one: with any other errno, thread creation, `stat` or
//! `access` fail for good.

use crate::action::Verb;
use crate::arch::Arch;
use crate::data::{FAMILIES, Table};
use crate::lint::Lint;
use crate::policy::{Action, Rule, Value};
use crate::select::Defaults;

use super::Checker;
use super::verdict::Verdicts;

/// A newer call, and those that do for it.
struct Fallback {
    newer: &'static str,
    older: &'static [&'static str],
    /// Whether libc itself makes the newer one first, so that a program calls it that names only the older one.
    by_libc: bool,
}

const FALLBACKS: [Fallback; 8] = [
    by_libc("clone3", &["clone"]),
    by_libc("faccessat2", &["faccessat"]),
    by_libc("statx", &["newfstatat", "fstatat64", "stat", "lstat"]),
    if_called("openat2", &["openat"]),
    if_called("fchmodat2", &["fchmodat"]),
    if_called("close_range", &["close"]),
    if_called("preadv2", &["preadv"]),
    if_called("pwritev2", &["pwritev"]),
];

const fn by_libc(newer: &'static str, older: &'static [&'static str]) -> Fallback {
    Fallback {
        newer,
        older,
        by_libc: true,
    }
}

const fn if_called(newer: &'static str, older: &'static [&'static str]) -> Fallback {
    Fallback {
        newer,
        older,
        by_libc: false,
    }
}

/// The calls that take times of 64 bits on 32-bit arches, which libc makes before those that they stand for.
const TIME64: &str = "time64";

fn fallbacks() -> impl Iterator<Item = Fallback> {
    let times = FAMILIES.iter().filter(|family| family.kind == TIME64);
    let times = times.map(|family| by_libc(family.variant, family.base));
    FALLBACKS.into_iter().chain(times)
}

impl<'p> Checker<'_, 'p> {
    /// Calls, and unknown numbers, that are answered with the wrong errno on a table.
    pub(super) fn without_fallback(
        &mut self,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) {
        let unknown = &defaults.unknown.action;
        if is_wrong(unknown, table) {
            let message = format!(
                "`unknown = {unknown}` answers calls of newer kernels with an errno upon which libc doesn't fall back to older ones: write `unknown = errno(ENOSYS)`, or leave it out"
            );
            self.lint(Lint::NoFallback, None, unknown.span, &message);
        }
        let default = &defaults.default.action;
        let mut rules = self.policy.rules.iter();
        if !is_wrong(default, table) && !rules.any(|rule| is_wrong(&rule.action, table)) {
            return;
        }
        for Fallback {
            newer,
            older,
            by_libc,
        } in fallbacks()
        {
            let Some(verdict) = verdicts.named(newer, table, defaults) else {
                continue;
            };
            let by_default = verdict.by.is_none();
            let is_told = by_default && (verdict.setting != "default" || !by_libc);
            if is_told || !verdict.is_denied() || !is_wrong(verdict.otherwise, table) {
                continue;
            }
            let Some(older) = open_of(older, defaults, verdicts, table) else {
                continue;
            };
            let action = verdict.otherwise;
            let (how, instead) = match verdict.by {
                Some(_) => ("here", "write"),
                None => ("by default", "add"),
            };
            let message = format!(
                "`{newer}` is answered with `{action}` {how}, and `{older}` is open: from the one to the other programs fall back upon ENOSYS alone; {instead} `errno(ENOSYS: {newer})`"
            );
            let span = verdict.by.map_or(action.span, |rule| rule.pattern.span);
            self.lint(Lint::NoFallback, verdict.by, span, &message);
        }
    }

    /// Whether a rule answers a call with an errno where an older one, which is open, does for it: that this does the same is what the rule is
    /// for, or, with another errno than ENOSYS, told above.
    pub(super) fn is_a_fallback(
        &self,
        rule: &Rule,
        name: &str,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) -> bool {
        let is_errno = rule.action.verb == Verb::Errno && rule.pattern.condition.is_none();
        let mut fallbacks = fallbacks().filter(|fallback| is_errno && fallback.newer == name);
        fallbacks.any(|f| open_of(f.older, defaults, verdicts, table).is_some())
    }
}

/// The first of the older calls that goes through.
fn open_of<'p>(
    older: &'static [&'static str],
    defaults: &'p Defaults,
    verdicts: &Verdicts<'p>,
    table: Table,
) -> Option<&'static str> {
    older.iter().copied().find(|name| {
        let verdict = verdicts.named(name, table, defaults);
        verdict.is_some_and(|verdict| !verdict.is_denied())
    })
}

/// Whether it is an errno other than the table's ENOSYS.
fn is_wrong(action: &Action, table: Table) -> bool {
    let Some(Value::Expression(value)) =
        action.value.as_ref().filter(|_| action.verb == Verb::Errno)
    else {
        return false;
    };
    let enosys = Arch::with_table(table).map(|arch| arch.enosys);
    let by_name = value.text.rsplit("::").next() == Some("ENOSYS");
    !by_name && value.integer() != enosys.map(u64::from)
}

#[cfg(test)]
mod tests {
    use crate::check::told::told;

    #[test]
    fn an_errno_that_nobody_falls_back_upon_is_told() {
        let exit = "allow(exit_group)";
        for (text, arch, want) in [
            (
                "allow(@rust-threads - clone3), default = errno(EPERM)",
                "x86_64",
                "`clone3` is answered with `errno(EPERM)` by default, and `clone` is open: ",
            ),
            (
                "allow(clone), default = errno(libc::EPERM)",
                "aarch64",
                "`clone3` is answered with ",
            ),
            (
                "allow(clone), default = trap, errno(EACCES: clone3), waive(trap_without_sigreturn: \"a test\")",
                "x86_64",
                "`clone3` is answered with `errno(EACCES)` here, and `clone` is open: ",
            ),
            (
                "errno(EPERM: close_range), default = allow",
                "x86_64",
                "`close_range` is answered with ",
            ),
            (
                "allow(newfstatat), default = errno(1)",
                "riscv64",
                "on riscv64: `statx` is answered with ",
            ),
            (
                "allow(faccessat), default = errno(EPERM)",
                "s390x",
                "`faccessat2` is answered ",
            ),
            (
                "allow(futex), default = errno(EPERM)",
                "i686",
                "on i686: `futex_time64` is answered with `errno(EPERM)` by default, and `futex` is open",
            ),
            (
                "unknown = errno(EPERM)",
                "x86_64",
                "`unknown = errno(EPERM)` answers calls of newer ",
            ),
            (
                "default = errno(EPERM), unknown = errno(EACCES)",
                "arm",
                "`unknown = errno(EACCES)` ",
            ),
            (
                "unknown = errno(38)",
                "mips",
                "on mips: `unknown = errno(38)` answers",
            ),
        ] {
            let text = format!("{exit}, {text}");
            let text = text.replace(
                "allow(exit_group), errno(EPERM: close_range)",
                "errno(EPERM: close_range)",
            );
            let found = told(&text, arch);
            assert!(
                found.len() == 1 && found[0].starts_with(want),
                "{text}: {found:?}"
            );
            assert!(
                found[0].ends_with("`waive(no_fallback: \"why\")`"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn what_falls_back_is_nothing_to_tell() {
        for (text, arch) in [
            (
                "allow(clone), errno(ENOSYS: clone3), default = errno(EPERM)",
                "x86_64",
            ),
            (
                "allow(clone), errno(libc::ENOSYS: clone3), default = errno(EPERM)",
                "arm",
            ),
            ("allow(clone), errno(38: clone3)", "x86_64"),
            ("errno(ENOSYS: clone3), default = allow", "x86_64"),
            (
                "allow(clone, newfstatat), default = errno(ENOSYS)",
                "x86_64",
            ),
            ("allow(clone, newfstatat)", "x86_64"),
            (
                "allow(openat, close, read), default = errno(EPERM)",
                "x86_64",
            ),
            ("allow(futex), default = errno(EPERM)", "x86_64"),
            ("allow(@rust-threads), default = errno(EPERM)", "i686"),
            (
                "allow(@file-system, openat2, close_range), default = errno(EPERM)",
                "arm",
            ),
            ("unknown = errno(ENOSYS)", "mips"),
            ("unknown = errno(89)", "mips"),
        ] {
            let text = format!("allow(exit_group), {text}");
            let text = text.replace(
                "allow(exit_group), errno(ENOSYS: clone3)",
                "errno(ENOSYS: clone3)",
            );
            let here = |m: &String| m.contains("no_fallback") || m.contains("equivalent");
            let found = told(&text, arch);
            assert!(!found.iter().any(here), "{text} {arch}: {found:?}");
        }
    }

    #[test]
    fn one_waiver_is_enough_to_deny_by_another_errno() {
        for rule in ["errno(EPERM: clone3)", "errno(EPERM: syscall(435))"] {
            let text = format!("{rule}, default = allow");
            let found = told(&text, "x86_64");
            assert!(
                found.len() == 1
                    && found[0].contains("`clone3` is answered with `errno(EPERM)` here"),
                "{found:?}"
            );
            let waived = format!("{text}, waive(no_fallback: \"a test\")");
            assert_eq!(told(&waived, "x86_64"), Vec::<String>::new());
            let other = format!("{text}, waive(equivalent: \"a test\")");
            let found = told(&other, "x86_64");
            assert!(
                found.len() == 2
                    && found
                        .iter()
                        .any(|m| m.starts_with("this waiver has no effect")),
                "{found:?}"
            );
        }
        // One that denies what does the same elsewhere isn't for that.
        let text = "errno(ENOSYS: clone3, clone), default = allow";
        let found = told(text, "x86_64");
        assert!(
            found.iter().all(|m| m.contains("equivalent")) && found.len() == 2,
            "{found:?}"
        );
    }
}
