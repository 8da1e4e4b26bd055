//! The values that are known before rustc looks at them: those that are written in figures. What is known isn't asked for, since rustc takes
//! longer for each thing that it evaluates than we do for reading it.
//!
//! A value that is wrong, or two that are equal in a list, count as unknown here: rustc says so at their place.

use core::fmt;

use crate::action::Verb;
use crate::argument::Type;
use crate::bpf::{Constant, Half, Instruction, JEQ_K, Of};
use crate::link::link;
use crate::parse::integer;
use crate::token::{Token, Tree};
use crate::values::{Rule, Value, Values};

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

/// A value: the number that it is, and the bits that the argument has for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number {
    /// The number.
    pub number: i128,
    /// The bits.
    pub bits: u64,
}

/// What is known of a program's values.
#[derive(Clone, Debug, Default)]
pub struct Known {
    values: Vec<Option<Number>>,
    /// In order.
    lists: Vec<Option<Vec<u64>>>,
}

impl Known {
    /// Reads the values that are figures.
    pub fn of(values: &Values) -> Known {
        let mut known = Known::default();
        for (index, value) in values.all.iter().enumerate() {
            let number = figures(&value.expression.tokens);
            let earlier = |earlier: usize| *known.values.get(earlier)?;
            let number = number.and_then(|n| checked(index, value, n, earlier).ok());
            known.values.push(number);
        }
        for list in &values.lists {
            let bits = list.values.iter().map(|&value| known.value(value));
            let sorted: Option<Vec<u64>> = bits.collect();
            let sorted = sorted.and_then(|mut bits| {
                bits.sort_unstable();
                let has_twins = bits.windows(2).any(|pair| pair[0] == pair[1]);
                (!has_twins).then_some(bits)
            });
            known.lists.push(sorted);
        }
        known
    }

    /// The bits of the value with this index.
    pub fn value(&self, index: usize) -> Option<u64> {
        Some((*self.values.get(index)?)?.bits)
    }

    /// Whether all values of the list with this index are known, and differ.
    pub fn list(&self, index: usize) -> bool {
        self.lists.get(index).is_some_and(Option::is_some)
    }

    /// Half of a value.
    pub fn half(&self, half: Half) -> Option<u32> {
        let bits = match half.of {
            Of::One(index) => self.value(index)?,
            Of::Sorted { list, index } => *self.lists.get(list)?.as_ref()?.get(index)?,
        };
        Some(half_of(half, bits))
    }

    /// The program, linked, where all its values are known.
    pub fn linked(&self, program: &[Instruction]) -> Option<Vec<Instruction>> {
        let settled = program.iter().map(|instruction| {
            let Constant::Value(half) = &instruction.k else {
                return Some(instruction.clone());
            };
            let Instruction { code, jt, jf, .. } = *instruction;
            Some(Instruction::new(code, jt, jf, self.half(*half)?))
        });
        let settled: Option<Vec<Instruction>> = settled.collect();
        settled.map(link)
    }

    /// Whether tests for three known values, each the next one's neighbour, stand one after the other somewhere.
    pub fn has_run(&self, program: &[Instruction]) -> bool {
        let mut length = 0;
        let mut last = None;
        program.iter().any(|instruction| {
            let k = match (instruction.code, &instruction.k) {
                (JEQ_K, Constant::Value(half)) => self.half(*half),
                _ => None,
            };
            let goes_on = k.is_some() && k == last.and_then(|last: u32| last.checked_add(1));
            length = if goes_on { length + 1 } else { 1 };
            last = k;
            length == 3
        })
    }
}

/// The number that is written in figures of no type, perhaps after a sign.
fn figures(tokens: &[Token]) -> Option<i128> {
    let (is_negative, figures) = match tokens {
        [figures] => (false, figures),
        [sign, figures] if sign.is_punct('-') => (true, figures),
        _ => return None,
    };
    // No figure of any base is one of the letters that a type begins with.
    let is_untyped = matches!(&figures.tree, Tree::Literal(text) if !text.contains(['u', 'i']));
    let number = i128::from(integer(figures).filter(|_| is_untyped)?);
    Some(if is_negative { -number } else { number })
}

/// The `index`-th value, which is `n`, once it is what it must be; `earlier` gives those before it.
///
/// # Errors
///
/// What is wrong with it, or that what its rule needs isn't known.
pub fn checked(
    index: usize,
    value: &Value,
    n: i128,
    earlier: impl Fn(usize) -> Option<Number>,
) -> Result<Number, Fault> {
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
    let bits = u64::try_from(n.rem_euclid(modulus)).map_err(|_| Fault::Width(index))?;
    let earlier =
        |index| earlier(index).ok_or_else(|| Fault::Unknown(value.expression.text.clone()));
    let fault = match value.rule {
        Rule::Mask if bits == 0 => Some(Fault::EmptyMask(index)),
        Rule::Within(mask) if bits & !earlier(mask)?.bits != 0 => Some(Fault::OutsideMask(index)),
        Rule::AboveLeast if n == least => Some(Fault::DecidesNothing(index)),
        Rule::BelowGreatest if n == greatest => Some(Fault::DecidesNothing(index)),
        Rule::HighEnd(low) if n < earlier(low)?.number => Some(Fault::EmptyRange(index)),
        Rule::HighEnd(low) if earlier(low)?.number == least && n == greatest => {
            Some(Fault::DecidesNothing(index))
        }
        _ => None,
    };
    fault.map_or(Ok(Number { number: n, bits }), Err)
}

/// Half of a value whose bits are known.
pub fn half_of(half: Half, bits: u64) -> u32 {
    let [a, b, c, d, e, f, g, h] = bits.to_be_bytes();
    let part = u32::from_be_bytes(if half.high {
        [a, b, c, d]
    } else {
        [e, f, g, h]
    });
    if half.flip { part ^ (1 << 31) } else { part }
}

#[cfg(test)]
mod tests;
