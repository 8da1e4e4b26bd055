//! What a policy means, said a second time: an evaluator written from the description of the language, to be compared with what the
//! compiler makes of the same policy.
//!
//! It reads the policy as it was parsed and the tables of calls and signatures, and shares nothing else with the compiler: it knows no
//! instructions, no words and no halves, but numbers.

mod argument;
mod condition;

pub use argument::{Missing, View, look, pass};
pub use condition::{Fault, number};

use std::collections::{BTreeMap, BTreeSet};

use seccomptime_compiler::action::Verb;
use seccomptime_compiler::arch::Arch;
use seccomptime_compiler::data::{self, BASELINE, SYSCALLS, Syscall, Table, Version};
use seccomptime_compiler::policy::{
    Action, Choice, Condition, Minus, Policy, Rule, Setting, Target, Value,
};
use seccomptime_compiler::token::Span;

/// A call as a filter is shown it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Call {
    /// The audit arch.
    pub audit: u32,
    /// The number.
    pub nr: u32,
    /// The arguments.
    pub args: [u64; 6],
}

/// A policy on an arch, in one kind of build.
pub struct Reference<'p> {
    policy: &'p Policy,
    arch: &'static Arch,
    default: Action,
    foreign: Action,
    unknown: Action,
    enosys: Action,
    calls: BTreeMap<u32, &'static Syscall>,
    about: BTreeMap<u32, Vec<&'p Rule>>,
    of_baseline: BTreeSet<u32>,
}

/// `__X32_SYSCALL_BIT`, asm/unistd.h.
const X32_BIT: u32 = 0x4000_0000;
/// With what a tracer makes the kernel skip a call.
const SKIPPED: u32 = u32::MAX;
/// The x32 calls that kernels before 5.4 took without their bit.
const X32_BARE: std::ops::RangeInclusive<u32> = 512..=547;
/// ENOSYS, asm-generic/errno.h, and mips's own.
const ENOSYS: [u32; 2] = [38, 89];
/// The calls whose arguments are in memory where their twin's are in registers.
const TWINS: [(&str, &str); 2] = [("clone", "clone3"), ("openat", "openat2")];

impl<'p> Reference<'p> {
    /// The policy on `arch`.
    pub fn new(policy: &'p Policy, arch: &'static Arch, debug: bool) -> Self {
        let said = |setting: &Option<Setting<Choice>>| Some(setting.as_ref()?.value.action.clone());
        let settings = &policy.settings;
        let debug_default = said(&settings.debug_default).filter(|_| debug);
        let default = debug_default
            .or_else(|| said(&settings.default))
            .unwrap_or_else(|| action(Verb::KillProcess, None));
        let strict = policy
            .rules
            .iter()
            .any(|r| strictness(r.action.verb) > strictness(Verb::Log));
        let foreign = match default.verb {
            Verb::Log if !strict => Verb::Log,
            _ => Verb::KillProcess,
        };
        let enosys = action(Verb::Errno, Some(Value::Enosys));
        let unknown = match default.verb {
            Verb::Log | Verb::Allow => default.clone(),
            _ => enosys.clone(),
        };
        let table = arch.table;
        let numbered = |call: &'static Syscall| Some((call.nr_on(table)?, call));
        let mut reference = Self {
            policy,
            arch,
            default,
            foreign: said(&settings.foreign).unwrap_or_else(|| action(foreign, None)),
            unknown: said(&settings.unknown).unwrap_or(unknown),
            enosys,
            calls: SYSCALLS.iter().filter_map(numbered).collect(),
            about: BTreeMap::new(),
            of_baseline: BTreeSet::new(),
        };
        // Known under one of its names is known.
        let old = SYSCALLS
            .iter()
            .filter(|s| s.since_on(table) <= reference.baseline());
        reference.of_baseline = old.filter_map(|s| number_of(table, s.name)).collect();
        for rule in policy.rules.iter().filter(|rule| applies(rule, table)) {
            for nr in reference.numbers(rule) {
                reference.about.entry(nr).or_default().push(rule);
            }
        }
        reference
    }

    /// What the filter returns for a call.
    pub fn decide(&self, call: &Call) -> u32 {
        self.return_value(self.action(call))
    }

    fn action(&self, call: &Call) -> &Action {
        let table = self.arch.table;
        let of_x32 = call.nr >= X32_BIT && call.nr != SKIPPED;
        let foreign = match table {
            _ if call.audit != self.arch.audit => true,
            Table::X86_64 => of_x32,
            Table::X32 => !of_x32 && call.nr != SKIPPED,
            _ => false,
        };
        if foreign {
            return &self.foreign;
        }
        let about = self.about.get(&call.nr);
        let rules = about.into_iter().flatten();
        let matching = rules.filter(|rule| self.holds(rule, call) == Ok(true));
        if let Some(rule) = matching.max_by_key(|rule| strictness(rule.action.verb)) {
            return &rule.action;
        }
        if about.is_none() && self.twin(call.nr) {
            return &self.enosys;
        }
        if self.of_baseline.contains(&call.nr) || about.is_some() {
            return &self.default;
        }
        let was_x32 = table == Table::X86_64 && X32_BARE.contains(&call.nr);
        if was_x32 && strictness(self.unknown.verb) < strictness(Verb::Errno) {
            return &self.foreign;
        }
        &self.unknown
    }

    fn baseline(&self) -> Version {
        let said = self.policy.settings.baseline.as_ref();
        said.map_or(BASELINE, |setting| setting.value)
    }

    /// The numbers that a rule is about.
    fn numbers(&self, rule: &Rule) -> BTreeSet<u32> {
        let old = |name: &str| data::syscall(name).is_some_and(|s| s.since <= self.baseline());
        let target = &rule.pattern.target;
        let mut names = members(target);
        // What came later than the policy is in none of its sets.
        names.retain(|name| matches!(target, Target::Name(_)) || old(name));
        let numbers = names
            .into_iter()
            .filter_map(|name| number_of(self.arch.table, name));
        let bare = match target {
            Target::Number(number) => Some(*number),
            _ => None,
        };
        numbers.chain(bare).collect()
    }

    fn holds(&self, rule: &Rule, call: &Call) -> Result<bool, Missing> {
        let Some(condition) = &rule.pattern.condition else {
            return Ok(true);
        };
        let syscall = *self.calls.get(&call.nr).ok_or(Missing)?;
        condition::holds(condition, &|name| {
            look(self.arch, syscall, name, &call.args)
        })
    }

    /// Whether a condition on its twin makes this call answer ENOSYS.
    fn twin(&self, nr: u32) -> bool {
        let table = self.arch.table;
        let mut twins = TWINS.iter();
        twins.any(|(name, twin)| {
            number_of(table, twin) == Some(nr) && implied(self.policy, table, (name, twin))
        })
    }

    fn return_value(&self, action: &Action) -> u32 {
        let code = match action.verb {
            Verb::Allow => libc::SECCOMP_RET_ALLOW,
            Verb::Log => libc::SECCOMP_RET_LOG,
            Verb::Trace => libc::SECCOMP_RET_TRACE,
            Verb::Notify => libc::SECCOMP_RET_USER_NOTIF,
            Verb::Errno => libc::SECCOMP_RET_ERRNO,
            Verb::Trap => libc::SECCOMP_RET_TRAP,
            Verb::KillThread => libc::SECCOMP_RET_KILL_THREAD,
            Verb::KillProcess => libc::SECCOMP_RET_KILL_PROCESS,
        };
        let data = match &action.value {
            None => 0,
            Some(Value::Enosys) => {
                ENOSYS[usize::from(matches!(self.arch.table, Table::Mips | Table::Mips64))]
            }
            Some(Value::Expression(e)) => {
                let value = number(e).expect("policies under test have bare numbers");
                u32::try_from(value).expect("data of an action")
            }
        };
        code | data
    }

    /// What is wrong with the conditions of rules that may decide something, which must be errors; and with those of all others.
    pub fn faults(&self) -> [Vec<Fault>; 2] {
        let [mut deciding, mut other] = [const { Vec::new() }; 2];
        for (&nr, rules) in &self.about {
            for rule in rules {
                let condition = rule.pattern.condition.as_ref();
                let Some(condition) = condition else {
                    continue;
                };
                let covers = |by: &&&Rule| {
                    by.pattern.condition.is_none()
                        && strictness(by.action.verb) >= strictness(rule.action.verb)
                };
                let decides = !rules.iter().any(|by| covers(&by));
                let found = if decides { &mut deciding } else { &mut other };
                found.extend(self.condition_faults(condition, nr));
            }
        }
        [deciding, other]
    }

    fn condition_faults(&self, condition: &Condition, nr: u32) -> Vec<Fault> {
        match self.calls.get(&nr) {
            Some(syscall) => {
                condition::faults(condition, &|name| look(self.arch, syscall, name, &[0; 6]))
            }
            None => Vec::new(),
        }
    }
}

/// From the freest to the strictest, in the kernel's own order.
fn strictness(verb: Verb) -> usize {
    let order = [
        Verb::Allow,
        Verb::Log,
        Verb::Trace,
        Verb::Notify,
        Verb::Errno,
        Verb::Trap,
        Verb::KillThread,
        Verb::KillProcess,
    ];
    let at = order.iter().position(|v| *v == verb);
    at.expect("every verb is there")
}

fn action(verb: Verb, value: Option<Value>) -> Action {
    let span = Span::default();
    Action { verb, value, span }
}

fn applies(rule: &Rule, table: Table) -> bool {
    rule.tables
        .as_ref()
        .is_none_or(|tables| tables.contains(&table))
}

/// The number of a name on a table, which may have another name for it.
fn number_of(table: Table, name: &str) -> Option<u32> {
    let own = |name: &str| data::syscall(name)?.nr_on(table);
    own(name).or_else(|| own(data::alias(table, name)?))
}

/// The names that a target is about.
fn members(target: &Target) -> Vec<&str> {
    match target {
        Target::Number(_) => Vec::new(),
        Target::Name(name) => vec![&name.text],
        Target::Set { set, minus } => {
            let mut names = set_members(&set.text);
            for minus in minus {
                let taken = match minus {
                    Minus::Name(name) => vec![name.text.as_str()],
                    Minus::Set(name) => set_members(&name.text),
                };
                names.retain(|name| !taken.contains(name));
            }
            names
        }
    }
}

fn set_members(name: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut sets = vec![name];
    while let Some(name) = sets.pop() {
        let set = data::set(name).expect("policies under test name known sets");
        for member in set.members {
            match member.strip_prefix('@') {
                Some(other) => sets.push(other),
                None => names.push(*member),
            }
        }
    }
    names
}

/// Whether a condition on the first, where it denies anything or asks a listener, makes the second answer ENOSYS: nobody says what happens to that.
fn implied(policy: &Policy, table: Table, (name, twin): (&str, &str)) -> bool {
    let denies = |verb: Verb| strictness(verb) >= strictness(Verb::Errno);
    let settings = &policy.settings;
    let default = |setting: &Option<Setting<Choice>>| Some(setting.as_ref()?.value.action.verb);
    let release = default(&settings.default).unwrap_or(Verb::KillProcess);
    let by_default = denies(release) || default(&settings.debug_default).is_some_and(denies);
    let rules = || policy.rules.iter().filter(move |rule| applies(rule, table));
    let conditioned = |rule: &Rule| {
        rule.pattern.condition.is_some()
            && (by_default || strictness(rule.action.verb) >= strictness(Verb::Notify))
            && members(&rule.pattern.target).contains(&name)
    };
    rules().any(conditioned) && !rules().any(|rule| members(&rule.pattern.target).contains(&twin))
}
