//! From names to syscalls, the same for every arch.

use crate::data::{self, ALIASES, BASELINE, SYSCALLS, Syscall, Table, Version};
use crate::diagnostic::Report;
use crate::nearest::nearest;
use crate::policy::{Minus, Name, Pattern, Policy, Rule, Target};
use crate::token::Span;

/// One call that a pattern is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// A syscall of the tables.
    Named(&'static Syscall),
    /// A bare number.
    Number(u32),
}

impl Call {
    /// The syscall, where it is one of the tables.
    pub fn syscall(self) -> Option<&'static Syscall> {
        match self {
            Call::Named(syscall) => Some(syscall),
            Call::Number(_) => None,
        }
    }

    /// Its number on a table, where it has one there.
    pub fn number_on(self, table: Table) -> Option<u32> {
        match self {
            Call::Named(syscall) => number_on(syscall, table),
            Call::Number(number) => Some(number),
        }
    }
}

impl core::fmt::Display for Call {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Call::Named(syscall) => f.write_str(syscall.name),
            Call::Number(number) => write!(f, "syscall({number})"),
        }
    }
}

/// The number of a syscall on a table, under its own name or another one that the table has for it: riscv32 calls
/// `mmap` `mmap2`.
pub fn number_on(syscall: &Syscall, table: Table) -> Option<u32> {
    if let Some(own) = syscall.nr_on(table) {
        return Some(own);
    }
    data::syscall(data::alias(table, syscall.name)?)?.nr_on(table)
}

/// The names under which a table has a call's number: most have one, a number that is no call has none.
pub fn names_on(call: Call, table: Table) -> Vec<&'static str> {
    let own = match call {
        Call::Named(syscall) if syscall.nr_on(table).is_some() => Some(syscall.name),
        Call::Named(syscall) => data::alias(table, syscall.name),
        Call::Number(number) => data::name_of(table, number),
    };
    let Some(own) = own else {
        return Vec::new();
    };
    // A name that the table has for another call is that call's.
    let others = ALIASES.iter().filter(|(on, alias, real)| {
        let is_free = || data::syscall(alias).is_some_and(|s| s.nr_on(table).is_none());
        *on == table && *real == own && is_free()
    });
    [own]
        .into_iter()
        .chain(others.map(|(_, alias, _)| *alias))
        .collect()
}

/// A pattern and the calls it is about.
#[derive(Debug)]
pub struct Resolved<'p, T> {
    /// What was written.
    pub written: &'p T,
    /// The calls.
    pub calls: Vec<Call>,
}

/// A policy whose names are known.
#[derive(Debug)]
pub struct Names<'p> {
    /// The rules.
    pub rules: Vec<Resolved<'p, Rule>>,
    /// What may not be permitted.
    pub forbids: Vec<Resolved<'p, Pattern>>,
    /// The calls that the program makes most.
    pub hot: Vec<Resolved<'p, Pattern>>,
    /// The newest kernel whose calls are known to the policy.
    pub baseline: Version,
}

/// Resolves every name of `policy`; patterns with a wrong one are reported and left out.
pub fn resolve<'p>(policy: &'p Policy, report: &mut Report) -> Names<'p> {
    let baseline = policy.settings.baseline.as_ref();
    let baseline = baseline.map_or(BASELINE, |setting| setting.value);
    let mut names = Names {
        rules: Vec::new(),
        forbids: Vec::new(),
        hot: Vec::new(),
        baseline,
    };
    for rule in &policy.rules {
        if let Some(calls) = calls(&rule.pattern, baseline, report) {
            names.rules.push(Resolved {
                written: rule,
                calls,
            });
        }
    }
    names.forbids = patterns(&policy.forbids, baseline, report);
    names.hot = patterns(&policy.hot, baseline, report);
    names
}

fn patterns<'p>(
    written: &'p [Pattern],
    baseline: Version,
    report: &mut Report,
) -> Vec<Resolved<'p, Pattern>> {
    let resolved = written.iter().filter_map(|written| {
        let calls = calls(written, baseline, report)?;
        Some(Resolved { written, calls })
    });
    resolved.collect()
}

fn calls(pattern: &Pattern, baseline: Version, report: &mut Report) -> Option<Vec<Call>> {
    match &pattern.target {
        Target::Number(number) => Some(vec![Call::Number(*number)]),
        Target::Name(name) => {
            let syscall = syscall(name, report)?;
            if syscall.since > baseline {
                report.error(
                    name.span,
                    format!(
                        "`{}` came with Linux {}, after the baseline {baseline}: raise `baseline`, or leave it out",
                        syscall.name, syscall.since
                    ),
                );
                return None;
            }
            Some(vec![Call::Named(syscall)])
        }
        Target::Set { set, minus } => {
            let mut members = members(set, report)?;
            for taken in minus {
                take_away(&mut members, set, taken, report)?;
            }
            if members.is_empty() {
                report.error(pattern.span, format!("nothing is left of `@{}`", set.text));
                return None;
            }
            // A set means what it meant to the author: later calls are unknown to the policy.
            members.retain(|syscall| syscall.since <= baseline);
            Some(members.into_iter().map(Call::Named).collect())
        }
    }
}

/// What a pattern's set would hold, had the policy a newer baseline.
pub fn later(pattern: &Pattern, baseline: Version) -> Vec<&'static str> {
    let Target::Set { set, minus } = &pattern.target else {
        return Vec::new();
    };
    let held = |name: &Name| data::set(&name.text).map_or_else(Vec::new, data::Set::expand);
    let mut names = held(set);
    for taken in minus {
        match taken {
            Minus::Name(name) => names.retain(|held| *held != name.text),
            Minus::Set(name) => {
                let away = held(name);
                names.retain(|name| !away.contains(name));
            }
        }
    }
    names.retain(|name| data::syscall(name).is_some_and(|s| s.since > baseline));
    names
}

fn take_away(
    members: &mut Vec<&'static Syscall>,
    set: &Name,
    taken: &Minus,
    report: &mut Report,
) -> Option<()> {
    let (away, what, span) = match taken {
        Minus::Name(name) => (vec![syscall(name, report)?], name.text.clone(), name.span),
        Minus::Set(name) => {
            let away = self::members(name, report)?;
            (away, format!("@{}", name.text), name.span)
        }
    };
    let before = members.len();
    members.retain(|member| !away.iter().any(|a| a.name == member.name));
    if members.len() == before {
        report.error(
            span,
            format!("`@{}` holds no `{what}` to take away", set.text),
        );
        return None;
    }
    Some(())
}

fn syscall(name: &Name, report: &mut Report) -> Option<&'static Syscall> {
    let found = data::syscall(&name.text);
    if found.is_none() {
        report.error(name.span, unknown_syscall(&name.text));
    }
    found
}

fn unknown_syscall(name: &str) -> String {
    if let Some((_, _, real)) = ALIASES.iter().find(|(_, alias, _)| *alias == name) {
        return format!("`{name}` is called `{real}` in the kernel's tables: write `{real}`");
    }
    if data::set(name).is_some() {
        return format!("`{name}` is no syscall; the set is written `@{name}`");
    }
    match nearest(name, SYSCALLS.iter().map(|s| s.name)) {
        Some(near) => format!("`{name}` is no syscall of any arch; did you mean `{near}`?"),
        None => format!(
            "`{name}` is no syscall of any arch up to Linux {BASELINE}; `syscall(NR)` takes a bare number"
        ),
    }
}

/// The members of a set, those of the sets in it included.
fn members(name: &Name, report: &mut Report) -> Option<Vec<&'static Syscall>> {
    if let Some(set) = data::set(&name.text) {
        let members = set.expand();
        return Some(members.into_iter().filter_map(data::syscall).collect());
    }
    let hint = match nearest(&name.text, data::SETS.iter().map(|s| s.name)) {
        Some(near) => format!("; did you mean `@{near}`?"),
        None if data::syscall(&name.text).is_some() => {
            format!("; the syscall is written `{}`", name.text)
        }
        None => String::new(),
    };
    report.error(name.span, format!("there is no set `@{}`{hint}", name.text));
    None
}

/// Where the smallest thing about this pattern stands that can be pointed at.
pub fn name_span(pattern: &Pattern) -> Span {
    match &pattern.target {
        Target::Name(name) => name.span,
        Target::Number(_) | Target::Set { .. } => pattern.span,
    }
}
