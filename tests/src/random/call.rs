//! Calls at random, near what a policy tells apart.

use seccomptime_compiler::arch::{ARCHES, Arch};
use seccomptime_compiler::data::{self, SYSCALLS, Syscall};
use seccomptime_compiler::policy::{Condition, Policy, Target};

use super::{Choices, EDGES};
use crate::reference::{Call, number, pass};

/// What a policy knows: the numbers it names, and what it compares their arguments with.
pub struct Known {
    arch: &'static Arch,
    numbers: Vec<u32>,
    tests: Vec<(u32, String, Vec<i128>)>,
}

impl Known {
    /// What `policy` knows on `arch`.
    pub fn of(policy: &Policy, arch: &'static Arch) -> Known {
        let mut known = Known {
            arch,
            numbers: Vec::new(),
            tests: Vec::new(),
        };
        for rule in &policy.rules {
            match &rule.pattern.target {
                Target::Number(number) => known.numbers.push(*number),
                Target::Name(name) => known.name(&name.text, rule.pattern.condition.as_ref()),
                Target::Set { set, .. } => {
                    let members = data::set(&set.text).map(data::Set::expand);
                    for name in members.unwrap_or_default().into_iter().take(8) {
                        known.name(name, None);
                    }
                }
            }
        }
        known
    }

    fn name(&mut self, name: &str, condition: Option<&Condition>) {
        let own = |name: &str| data::syscall(name)?.nr_on(self.arch.table);
        let alias = || own(data::alias(self.arch.table, name)?);
        if let Some(nr) = own(name).or_else(alias) {
            self.numbers.push(nr);
            if let Some(condition) = condition {
                self.condition(nr, condition);
            }
        }
    }

    fn condition(&mut self, nr: u32, condition: &Condition) {
        let (operand, values) = match condition {
            Condition::Not(inner) => return self.condition(nr, inner),
            Condition::All(list) | Condition::Any(list) => {
                return list.iter().for_each(|one| self.condition(nr, one));
            }
            Condition::Compare { operand, value, .. } => (operand, vec![value]),
            Condition::In { operand, list } => (operand, list.iter().collect()),
            Condition::Range { operand, low, high } => (operand, vec![low, high]),
        };
        let values = values.into_iter().chain(&operand.mask);
        let values = values.filter_map(number).collect();
        self.tests.push((nr, operand.name.text.clone(), values));
    }
}

/// Calls near what is known.
pub fn calls(choices: &mut Choices<'_>, known: &Known, count: usize) -> Vec<Call> {
    (0..count).map(|_| call(choices, known)).collect()
}

fn call(choices: &mut Choices<'_>, known: &Known) -> Call {
    let arch = known.arch;
    let mut args = [0; 6];
    for arg in &mut args {
        *arg = argument(choices);
    }
    if !known.tests.is_empty() && !choices.once_in(4) {
        let (nr, ..) = &known.tests[choices.below(known.tests.len())];
        let call = SYSCALLS
            .iter()
            .find(|call| call.nr_on(arch.table) == Some(*nr));
        // Each test of that call's is met or nearly met, the last one written wins where two are on one argument.
        for (other, name, values) in &known.tests {
            if let (Some(call), true) = (call, other == nr && !choices.once_in(4)) {
                near(choices, arch, call, name, values, &mut args);
            }
        }
        return Call {
            audit: arch.audit,
            nr: *nr,
            args,
        };
    }
    let nr = match choices.below(6) {
        0..=2 if !known.numbers.is_empty() => choices.one(&known.numbers),
        3 if !known.numbers.is_empty() => {
            let near = choices.one(&known.numbers);
            near.wrapping_add(1)
                .wrapping_sub(2 * u32::from(choices.once_in(2)))
        }
        4 => choices.one(&[
            0,
            399,
            511,
            512,
            547,
            548,
            1 << 30,
            (1 << 30) + 1,
            (1 << 30) - 1,
            1 << 31,
            u32::MAX,
            u32::MAX - 1,
            (1 << 30) + 512,
        ]),
        5 => SYSCALLS[choices.below(SYSCALLS.len())]
            .nr_on(arch.table)
            .unwrap_or(1000),
        _ => choices.word(),
    };
    let audit = match choices.once_in(12) {
        true => ARCHES[choices.below(ARCHES.len())].audit,
        false => arch.audit,
    };
    Call { audit, nr, args }
}

fn near(
    choices: &mut Choices<'_>,
    arch: &Arch,
    call: &Syscall,
    name: &str,
    values: &[i128],
    args: &mut [u64; 6],
) {
    let mut value = choices.one(values);
    match choices.below(8) {
        0..=2 => {}
        3 => value += 1,
        4 => value -= 1,
        5 => value ^= 1 << choices.below(64),
        6 => value |= i128::from(choices.word()),
        _ => value += 1 << 32,
    }
    // What a policy names and the call doesn't have is no business of the call's.
    let _ = pass(arch, call, name, bits(value), args);
}

fn argument(choices: &mut Choices<'_>) -> u64 {
    let word = choices.word();
    let edge = EDGES[usize::try_from(word).expect("32 bits") % EDGES.len()];
    match choices.below(4) {
        0 => bits(edge),
        1 => bits(edge) ^ 0xdead_beef_0000_0000,
        2 => u64::from(word) << 32 | bits(edge) & u64::from(u32::MAX),
        _ => u64::from(word),
    }
}

/// The low 64 bits.
fn bits(value: i128) -> u64 {
    u64::try_from(value.rem_euclid(1 << 64)).expect("64 bits")
}
