//! From the rules of all arches to what one arch does with each number.

use crate::action::Verb;
use crate::arch::{Arch, NO_CALL, Numbers, X32_BIT, X32_WITHOUT_BIT};
use crate::data::{SYSCALLS, Syscall, Table};
use crate::map::Map;
use crate::policy::{Action, Choice, Condition, Policy, Rule, Setting, Value};
use crate::resolve::{Names, Resolved, number_on};
use crate::token::Span;

/// What happens to one call.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The call, where it is one of the tables.
    pub call: Option<&'static Syscall>,
    /// The first whose condition holds decides.
    pub branches: Vec<(Condition, Action)>,
    /// What happens where none holds.
    pub otherwise: Action,
}

impl Decision {
    /// A decision by number alone.
    pub fn always(action: &Action) -> Decision {
        Decision {
            call: None,
            branches: Vec::new(),
            otherwise: action.clone(),
        }
    }

    /// Every action that can come of it.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        let branches = self.branches.iter().map(|(_, action)| action);
        branches.chain([&self.otherwise])
    }
}

/// The defaults of a policy in one kind of build, the unsaid ones included.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// Where no rule matches.
    pub default: Choice,
    /// Calls made through a foreign ABI.
    pub foreign: Choice,
    /// Numbers that are no syscall of the baseline.
    pub unknown: Choice,
}

impl Defaults {
    /// The defaults of `policy`, with or without `debug_assertions`.
    pub fn of(policy: &Policy, debug: bool) -> Defaults {
        let settings = &policy.settings;
        let said = |setting: &Option<Setting<Choice>>| setting.as_ref().map(|s| s.value.clone());
        let default = debug
            .then(|| said(&settings.debug_default))
            .flatten()
            .or_else(|| said(&settings.default))
            .unwrap_or_else(|| implied(Verb::KillProcess, None));
        let default_verb = default.action.verb;
        // A program under development must not die of int 0x80, and a deny list not be walked around by it.
        // What is implied denies nothing that libc doesn't do in another way.
        let said_strict =
            |rule: &Rule| rule.action.verb > Verb::Log && rule.action.value != Some(Value::Enosys);
        let strict = policy.rules.iter().any(said_strict);
        let foreign = said(&settings.foreign).unwrap_or_else(|| {
            if default_verb == Verb::Log && !strict {
                implied(Verb::Log, None)
            } else {
                implied(Verb::KillProcess, None)
            }
        });
        let unknown = said(&settings.unknown).unwrap_or_else(|| {
            if default_verb.permits() {
                default.clone()
            } else {
                implied(Verb::Errno, Some(Value::Enosys))
            }
        });
        Defaults {
            default,
            foreign,
            unknown,
        }
    }

    /// What happens to a number that no rule is about and that is no call of the baseline, and the setting that says so.
    pub fn of_unknown(&self, arch: &Arch, number: u32) -> (&'static str, &Action) {
        let unknown = &self.unknown.action;
        let was_x32 = arch.numbers == Numbers::WithoutX32Bit && X32_WITHOUT_BIT.contains(&number);
        // Answered by an errno or worse, such a number is as harmless as any other unknown one.
        if arch.is_foreign(number) || was_x32 && unknown.verb < Verb::Errno {
            return ("foreign", &self.foreign.action);
        }
        ("unknown", unknown)
    }

    /// All three.
    pub fn choices(&self) -> [&Choice; 3] {
        [&self.default, &self.foreign, &self.unknown]
    }
}

fn implied(verb: Verb, value: Option<Value>) -> Choice {
    Choice {
        action: Action {
            verb,
            value,
            span: Span::default(),
        },
        or: Vec::new(),
    }
}

/// What an arch does with each number.
#[derive(Debug)]
pub struct Selection {
    /// The arch.
    pub arch: &'static Arch,
    /// Every number that isn't simply unknown or foreign.
    calls: Map<u32, Decision>,
    /// The rest.
    defaults: Defaults,
    /// How many times as often as others some numbers are called.
    heat: Map<u32, u64>,
}

/// How many times as often as others a call that is named as hot is taken to be made.
const HOT: u64 = 16;

impl Selection {
    /// Selects for `arch`.
    pub fn of(names: &Names<'_>, defaults: &Defaults, arch: &'static Arch) -> Selection {
        let mut calls: Map<u32, Decision> = Map::new();
        for syscall in &SYSCALLS {
            let number = number_on(syscall, arch.table);
            let number = number.filter(|_| syscall.since_on(arch.table) <= names.baseline);
            if let Some(number) = number {
                calls.insert(number, Decision::always(&defaults.default.action));
            }
        }
        let mut rules: Map<u32, (Option<&'static Syscall>, Entries<'_>)> = Map::new();
        for rule in rules_on(names, arch.table) {
            let written = rule.written;
            for call in &rule.calls {
                if let Some(number) = call.number_on(arch.table) {
                    let entry = (written.pattern.condition.as_ref(), &written.action);
                    let (syscall, entries) = rules.get_or_insert(number, Default::default());
                    *syscall = syscall.or(call.syscall());
                    entries.push(entry);
                }
            }
        }
        for (number, (call, mut entries)) in rules {
            entries.sort_by_key(|(_, action)| core::cmp::Reverse(action.verb));
            calls.insert(number, decision(call, &entries, &defaults.default.action));
        }
        Selection {
            arch,
            calls,
            defaults: defaults.clone(),
            heat: heat(names, arch.table),
        }
    }

    /// How many times as often as others this number is called, where that is known.
    pub fn heat(&self, number: u32) -> Option<u64> {
        self.heat.get(&number).copied()
    }

    /// What happens to a call of the arch's own audit arch.
    pub fn decide(&self, number: u32) -> Decision {
        if self.arch.is_foreign(number) {
            return Decision::always(&self.defaults.foreign.action);
        }
        if let Some(decision) = self.calls.get(&number) {
            return decision.clone();
        }
        Decision::always(self.defaults.of_unknown(self.arch, number).1)
    }

    /// What happens to a call of any other audit arch.
    pub fn foreign(&self) -> &Action {
        &self.defaults.foreign.action
    }

    /// The numbers at which the decision may change, in order, from 0 on: between two of them it is the same.
    pub fn edges(&self) -> Vec<u32> {
        let mut edges = vec![0, NO_CALL];
        if self.arch.numbers != Numbers::Plain {
            edges.push(X32_BIT);
            edges.extend([*X32_WITHOUT_BIT.start(), *X32_WITHOUT_BIT.end() + 1]);
        }
        for &(number, _) in self.calls.iter() {
            edges.push(number);
            edges.extend(number.checked_add(1));
        }
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}

/// How many times as often as others the numbers of a table are called, where that is known.
fn heat(names: &Names<'_>, table: Table) -> Map<u32, u64> {
    let calls = names.hot.iter().flat_map(|hot| &hot.calls);
    let numbers = calls.filter_map(|call| call.number_on(table));
    numbers.map(|number| (number, HOT)).collect()
}

/// The rules that apply on a table.
pub fn rules_on<'n, 'p>(
    names: &'n Names<'p>,
    table: Table,
) -> impl Iterator<Item = &'n Resolved<'p, Rule>> {
    let rules = names.rules.iter();
    rules.filter(move |rule| rule.written.applies_on(table))
}

/// The rules for one number.
type Entries<'n> = Vec<(Option<&'n Condition>, &'n Action)>;

/// The most restrictive matching rule wins: `entries` come strictest first.
fn decision(
    call: Option<&'static Syscall>,
    entries: &[(Option<&Condition>, &Action)],
    default: &Action,
) -> Decision {
    let mut branches = Vec::new();
    let mut otherwise = default;
    for (condition, action) in entries {
        match condition {
            Some(condition) => branches.push(((*condition).clone(), (*action).clone())),
            None => {
                otherwise = action;
                break;
            }
        }
    }
    Decision {
        call,
        branches,
        otherwise: otherwise.clone(),
    }
}
