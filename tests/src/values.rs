//! Values for a program's constants: what rustc may come to know, and of that what is hardest.

use std::collections::BTreeMap;

use seccomptime_compiler::arch::Arch;
use seccomptime_compiler::plain::{Fault, plain};
use seccomptime_compiler::policy::Expression;
use seccomptime_compiler::values::{Rule, Value, Values};

use crate::random::EDGES;
use crate::reference;

/// Numbers at random, the same ones from the same start.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Begins anywhere.
    pub fn new(start: u64) -> Self {
        Self(start)
    }

    /// Any 64 bits (splitmix64).
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// Any 32 bits.
    pub fn word(&mut self) -> u32 {
        u32::try_from(self.bits() >> 32).expect("32 bits")
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count.max(1)).expect("64 bits");
        usize::try_from(self.bits() % count).expect("less than a usize")
    }

    /// One of a list.
    pub fn one<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// Some 32 bits, more often than not such as have something of an edge.
    pub fn edge_word(&mut self) -> u32 {
        let any = self.word();
        let shift = u32::try_from(self.below(32)).expect("less than 32");
        self.one(&[
            any,
            any & 0xf,
            any & 0xffff,
            1 << shift,
            u32::MAX << shift,
            u32::MAX >> shift,
            0,
            u32::MAX,
        ])
    }
}

/// What kind of values are chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Small numbers, next to each other.
    Small,
    /// The edges of all types.
    Edges,
    /// Halves without a bit, with all bits, and equal ones.
    Halves,
    /// Whatever comes.
    Any,
}

impl Style {
    /// All of them.
    pub const ALL: [Style; 4] = [Style::Small, Style::Edges, Style::Halves, Style::Any];
}

/// What every expression is; those that are bare numbers are themselves.
#[derive(Clone, Debug)]
pub struct Assignment(BTreeMap<String, i128>);

/// More attempts than this are a policy that no values fit.
const ATTEMPTS: usize = 2_000;

impl Assignment {
    /// Values that all that must hold of them holds of; nothing where none are found.
    pub fn of(values: &Values, arch: &Arch, style: Style, random: &mut Random) -> Option<Self> {
        let mut assignment = Self(BTreeMap::new());
        let chosen = |value: &Value| reference::number(&value.expression).is_none();
        let attempts = if values.all.iter().any(chosen) {
            ATTEMPTS
        } else {
            1
        };
        for value in &values.all {
            assignment.pick(value, style, random, values);
        }
        for _ in 0..attempts {
            let fault = match plain(&[], values, arch, &|e| assignment.number(e)) {
                Ok(_) => return Some(assignment),
                Err(fault) => fault,
            };
            let at = match fault {
                Fault::Width(at)
                | Fault::EmptyMask(at)
                | Fault::DecidesNothing(at)
                | Fault::EmptyRange(at)
                | Fault::OutsideMask(at) => at,
                Fault::Twins(list) => random.one(&values.lists[list].values),
                Fault::Unknown(_) | Fault::Action(..) => return None,
            };
            // Where a value is bound to another one, either may give way.
            let at = match values.all[at].rule {
                Rule::HighEnd(other) | Rule::Within(other) if random.below(3) == 0 => other,
                _ => at,
            };
            // Not every style has enough that fits.
            let style = random.one(&[style, Style::Any]);
            assignment.pick(&values.all[at], style, random, values);
        }
        None
    }

    /// The number that an expression is. Those of actions needn't be chosen: they are of no condition.
    pub fn number(&self, expression: &Expression) -> Option<i128> {
        let known = reference::number(expression).or_else(|| self.0.get(&expression.text).copied());
        known.or(match expression.text.as_str() {
            "EPERM" => Some(1),
            "EACCES" | "libc :: EACCES" | "libc::EACCES" => Some(13),
            "ENOSYS" => Some(38),
            _ => None,
        })
    }

    fn pick(&mut self, value: &Value, style: Style, random: &mut Random, values: &Values) {
        if reference::number(&value.expression).is_some() {
            return;
        }
        let number = match value.rule {
            Rule::Within(mask) if random.below(4) > 0 => {
                let mask = self
                    .number(&values.all[mask].expression)
                    .unwrap_or_default();
                let some = i128::from(random.bits()) & mask;
                random.one(&[0, mask, some, mask & mask.wrapping_neg()])
            }
            _ => any(style, random),
        };
        self.0.insert(value.expression.text.clone(), number);
    }
}

fn any(style: Style, random: &mut Random) -> i128 {
    let small = i128::from(random.bits() % 48) - 8;
    let word = i128::from(random.edge_word());
    match style {
        Style::Small => small,
        // There are lists longer than that of the edges.
        Style::Edges if random.below(4) > 0 => random.one(&EDGES),
        Style::Edges => word,
        Style::Halves => {
            let high = random.one(&[0, u32::MAX, 1, 1 << 31, u32::MAX - 1]);
            let some = random.edge_word();
            let low = random.one(&[0, u32::MAX, 1, 1 << 31, some]);
            let wide = i128::from(high) << 32 | i128::from(low);
            random.one(&[wide, wide, wide - (1 << 64), i128::from(low), small])
        }
        Style::Any => {
            let wide = i128::from(random.bits());
            random.one(&[small, word, wide, -word, word << 32])
        }
    }
}
