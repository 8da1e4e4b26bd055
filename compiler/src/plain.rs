//! A program in numbers, as the kernel takes it: what rustc makes of the constants, for those who know the values already.
//!
//! This shares no code with the runtime's `const fn`s, which do the same while a user's crate is compiled.

use core::fmt;

use crate::action::Verb;
use crate::arch::Arch;
use crate::argument::Type;
use crate::bpf::{Constant, Half, Instruction, Of};
use crate::policy::{Action, Expression, Value};
use crate::sim::{self, Call};
use crate::values::{self, Rule, Values};

/// One instruction: `struct sock_filter`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plain {
    /// The operation.
    pub code: u16,
    /// How many instructions to skip where a test holds.
    pub jt: u8,
    /// How many instructions to skip where it doesn't.
    pub jf: u8,
    /// The constant.
    pub k: u32,
}

/// Why there is no such program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The value of this expression isn't known.
    Unknown(String),
    /// An action can't have this value.
    Action(Verb, i128),
    /// The value with this index doesn't fit its argument.
    Width(usize),
    /// The mask with this index has no bit.
    EmptyMask(usize),
    /// The value with this index has a bit that its mask lacks.
    OutsideMask(usize),
    /// The comparison with the value of this index always or never holds.
    DecidesNothing(usize),
    /// The range that ends at the value with this index is empty.
    EmptyRange(usize),
    /// Two values of the list with this index are equal.
    Twins(usize),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Unknown(text) => write!(f, "`{text}` isn't known"),
            Fault::Action(verb, value) => write!(f, "`{}` can't have {value}", verb.name()),
            Fault::Width(i) => write!(f, "value {i} doesn't fit its argument"),
            Fault::EmptyMask(i) => write!(f, "value {i} is a mask without a bit"),
            Fault::OutsideMask(i) => write!(f, "value {i} has a bit that its mask lacks"),
            Fault::DecidesNothing(i) => write!(f, "the comparison with value {i} decides nothing"),
            Fault::EmptyRange(i) => write!(f, "the range that ends at value {i} is empty"),
            Fault::Twins(i) => write!(f, "two values of list {i} are equal"),
        }
    }
}

/// The program whose expressions have the values that `number` gives.
///
/// # Errors
///
/// What rustc would refuse to compile.
pub fn plain(
    program: &[Instruction],
    values: &Values,
    arch: &Arch,
    number: &dyn Fn(&Expression) -> Option<i128>,
) -> Result<Vec<Plain>, Fault> {
    let bits = all_bits(values, number)?;
    let mut lists = Vec::new();
    for (index, list) in values.lists.iter().enumerate() {
        let mut sorted: Vec<u64> = list.values.iter().map(|&value| bits[value]).collect();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Fault::Twins(index));
        }
        lists.push(sorted);
    }
    let constant = |constant: &Constant| match constant {
        Constant::Known(k) => Ok(*k),
        Constant::Return(action) => return_value(action, arch, number),
        Constant::Value(half) => Ok(half_of(*half, &bits, &lists)),
    };
    let instruction = |i: &Instruction| {
        let k = constant(&i.k)?;
        let (code, jt, jf) = (i.code, i.jt, i.jf);
        Ok(Plain { code, jt, jf, k })
    };
    program.iter().map(instruction).collect()
}

/// What a program returns for a call. `None` is a program that the kernel would not have taken.
pub fn run(program: &[Plain], call: &Call, big_endian: bool) -> Option<u32> {
    let step = |at: usize| program.get(at).map(|i| (i.code, i.jt, i.jf, i.k));
    let (end, _) = sim::follow(step, call, big_endian)?;
    Some(program.get(end)?.k)
}

/// How many instructions a run on a call takes. `None` is a program that the kernel would not have taken.
pub fn executed(program: &[Plain], call: &Call, big_endian: bool) -> Option<usize> {
    let step = |at: usize| program.get(at).map(|i| (i.code, i.jt, i.jf, i.k));
    sim::follow(step, call, big_endian).map(|(_, executed)| executed)
}

/// The values, each known to be what it must be.
fn all_bits(
    values: &Values,
    number: &dyn Fn(&Expression) -> Option<i128>,
) -> Result<Vec<u64>, Fault> {
    let mut numbers: Vec<i128> = Vec::new();
    let mut bits: Vec<u64> = Vec::new();
    for (index, value) in values.all.iter().enumerate() {
        let n = known(&value.expression, number)?;
        let own = checked(index, value, n, &numbers, &bits)?;
        numbers.push(n);
        bits.push(own);
    }
    Ok(bits)
}

fn known(
    expression: &Expression,
    number: &dyn Fn(&Expression) -> Option<i128>,
) -> Result<i128, Fault> {
    number(expression).ok_or_else(|| Fault::Unknown(expression.text.clone()))
}

/// The bits of the `index`-th value, before which stand `numbers` with their `bits`.
fn checked(
    index: usize,
    value: &values::Value,
    n: i128,
    numbers: &[i128],
    bits: &[u64],
) -> Result<u64, Fault> {
    let Type { bits: width, .. } = value.ty;
    let modulus = 1_i128 << width;
    let (least, greatest) = if value.ty.signed {
        (-modulus / 2, modulus / 2 - 1)
    } else {
        (0, modulus - 1)
    };
    // What is compared for equality alone may be written with either sign, unless it has 64 bits.
    let (from, to) = match value.rule {
        Rule::Fits | Rule::Mask | Rule::Within(_) if width < 64 => (-modulus / 2, modulus - 1),
        _ => (least, greatest),
    };
    if n < from || n > to {
        return Err(Fault::Width(index));
    }
    let own = u64::try_from(n.rem_euclid(modulus)).map_err(|_| Fault::Width(index))?;
    let fault = match value.rule {
        Rule::Mask if own == 0 => Some(Fault::EmptyMask(index)),
        Rule::Within(mask) if own & !bits[mask] != 0 => Some(Fault::OutsideMask(index)),
        Rule::AboveLeast if n == least => Some(Fault::DecidesNothing(index)),
        Rule::BelowGreatest if n == greatest => Some(Fault::DecidesNothing(index)),
        Rule::HighEnd(low) if n < numbers[low] => Some(Fault::EmptyRange(index)),
        Rule::HighEnd(low) if numbers[low] == least && n == greatest => {
            Some(Fault::DecidesNothing(index))
        }
        _ => None,
    };
    fault.map_or(Ok(own), Err)
}

fn half_of(half: Half, bits: &[u64], lists: &[Vec<u64>]) -> u32 {
    let value = match half.of {
        Of::One(index) => bits[index],
        Of::Sorted { list, index } => lists[list][index],
    };
    let [a, b, c, d, e, f, g, h] = value.to_be_bytes();
    let part = u32::from_be_bytes(if half.high {
        [a, b, c, d]
    } else {
        [e, f, g, h]
    });
    if half.flip { part ^ (1 << 31) } else { part }
}

fn return_value(
    action: &Action,
    arch: &Arch,
    number: &dyn Fn(&Expression) -> Option<i128>,
) -> Result<u32, Fault> {
    let data = match &action.value {
        None => 0,
        Some(Value::Enosys) => arch.enosys,
        Some(Value::Expression(expression)) => {
            let n = known(expression, number)?;
            let data = u32::try_from(n).ok();
            data.filter(|data| action.verb.range().contains(data))
                .ok_or(Fault::Action(action.verb, n))?
        }
    };
    Ok(action.verb.code() | data)
}
