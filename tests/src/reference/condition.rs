//! Whether a condition holds, and what is wrong with it.

use seccomptime_compiler::policy::{Cast, Comparison, Condition, Expression, Operand};

use super::argument::{Missing, View};

/// Finds an argument.
type Look<'a> = &'a dyn Fn(&str) -> Result<View, Missing>;

/// What is wrong with a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// There is no such argument.
    Missing,
    /// A value that the argument can't have.
    Width,
    /// A mask of no bit.
    EmptyMask,
    /// A value with a bit that its mask lacks.
    OutsideMask,
    /// A comparison that always or never holds.
    DecidesNothing,
    /// A range that ends before it starts.
    EmptyRange,
    /// Two equal values in a list.
    Twins,
}

/// The number that an expression is, where it is a bare one.
pub fn number(expression: &Expression) -> Option<i128> {
    let text = expression.text.replace([' ', '_'], "");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, &text[..]),
    };
    let (radix, digits) = match digits.strip_prefix("0x") {
        Some(digits) => (16, digits),
        None => (10, digits),
    };
    Some(sign * i128::from_str_radix(digits, radix).ok()?)
}

fn value(expression: &Expression) -> i128 {
    number(expression).expect("policies under test have bare numbers")
}

/// An operand: its bits, as far as they count and the mask leaves them, and how they are ordered.
struct Left {
    bits: i128,
    width: u32,
    signed: bool,
}

impl Left {
    fn of(operand: &Operand, look: Look<'_>) -> Result<Left, Missing> {
        let view = look(&operand.name.text)?;
        let (width, signed) = match operand.cast {
            None => (view.bits, view.signed),
            Some(Cast::U32) => (32, false),
            Some(Cast::I32) => (32, true),
            Some(Cast::U64) => (64, false),
            Some(Cast::I64) => (64, true),
        };
        let mut left = Left {
            bits: i128::from(view.passed).rem_euclid(1 << width),
            width,
            signed,
        };
        if let Some(mask) = &operand.mask {
            left.bits &= left.cut(value(mask));
            // What is left by a mask is a pattern of bits.
            left.signed = false;
        }
        Ok(left)
    }

    /// The bits of a value of this width.
    fn cut(&self, value: i128) -> i128 {
        value.rem_euclid(1 << self.width)
    }

    /// The number that the bits are.
    fn number(&self) -> i128 {
        let half = 1_i128 << (self.width - 1);
        if self.signed && self.bits >= half {
            self.bits - 2 * half
        } else {
            self.bits
        }
    }

    fn is(&self, expression: &Expression) -> bool {
        self.bits == self.cut(value(expression))
    }

    /// The least and the greatest number there are.
    fn limits(&self) -> (i128, i128) {
        let all = 1_i128 << self.width;
        if self.signed {
            (-all / 2, all / 2 - 1)
        } else {
            (0, all - 1)
        }
    }
}

/// Whether the condition holds.
pub(super) fn holds(condition: &Condition, look: Look<'_>) -> Result<bool, Missing> {
    Ok(match condition {
        Condition::Not(inner) => !holds(inner, look)?,
        Condition::All(all) => {
            for one in all {
                if !holds(one, look)? {
                    return Ok(false);
                }
            }
            true
        }
        Condition::Any(any) => {
            for one in any {
                if holds(one, look)? {
                    return Ok(true);
                }
            }
            false
        }
        Condition::In { operand, list } => {
            let left = Left::of(operand, look)?;
            list.iter().any(|e| left.is(e))
        }
        Condition::Range { operand, low, high } => {
            let number = Left::of(operand, look)?.number();
            value(low) <= number && number <= value(high)
        }
        Condition::Compare {
            operand,
            op,
            value: e,
        } => {
            let left = Left::of(operand, look)?;
            let (number, value) = (left.number(), value(e));
            match op {
                Comparison::Equal => left.is(e),
                Comparison::NotEqual => !left.is(e),
                Comparison::Less => number < value,
                Comparison::LessOrEqual => number <= value,
                Comparison::Greater => number > value,
                Comparison::GreaterOrEqual => number >= value,
            }
        }
    })
}

/// What is wrong with the condition, test by test.
pub(super) fn faults(condition: &Condition, look: Look<'_>) -> Vec<Fault> {
    match condition {
        Condition::Not(inner) => faults(inner, look),
        Condition::All(list) | Condition::Any(list) => {
            list.iter().flat_map(|one| faults(one, look)).collect()
        }
        Condition::Compare { operand, .. }
        | Condition::In { operand, .. }
        | Condition::Range { operand, .. } => {
            let fault = match Left::of(operand, look) {
                Err(Missing) => Some(Fault::Missing),
                Ok(left) => mask_fault(operand, &left).or_else(|| test_fault(condition, &left)),
            };
            Vec::from_iter(fault)
        }
    }
}

fn mask_fault(operand: &Operand, left: &Left) -> Option<Fault> {
    let mask = value(operand.mask.as_ref()?);
    match mask {
        0 => Some(Fault::EmptyMask),
        _ => equality_fault(mask, left, None),
    }
}

/// What can't be equal: 16 and 32 bits may be written with either sign, 64 bits only as what they are.
fn equality_fault(value: i128, left: &Left, mask: Option<&Expression>) -> Option<Fault> {
    let all = 1_i128 << left.width;
    let (least, greatest) = match left.width {
        64 => left.limits(),
        _ => (-all / 2, all - 1),
    };
    if value < least || value > greatest {
        return Some(Fault::Width);
    }
    let mask = left.cut(mask.map_or(-1, self::value));
    (left.cut(value) & !mask != 0).then_some(Fault::OutsideMask)
}

fn order_fault(value: i128, left: &Left) -> Option<Fault> {
    let (least, greatest) = left.limits();
    (value < least || value > greatest).then_some(Fault::Width)
}

fn test_fault(condition: &Condition, left: &Left) -> Option<Fault> {
    let (least, greatest) = left.limits();
    match condition {
        Condition::Compare {
            operand,
            op,
            value: e,
        } => {
            let value = value(e);
            let nothing = match op {
                Comparison::Equal | Comparison::NotEqual => {
                    return equality_fault(value, left, operand.mask.as_ref());
                }
                Comparison::Less | Comparison::GreaterOrEqual => value == least,
                Comparison::Greater | Comparison::LessOrEqual => value == greatest,
            };
            order_fault(value, left).or(nothing.then_some(Fault::DecidesNothing))
        }
        Condition::In { operand, list } => {
            let mut seen = Vec::new();
            list.iter().find_map(|e| {
                let bits = left.cut(value(e));
                let twin = seen.contains(&bits);
                seen.push(bits);
                equality_fault(value(e), left, operand.mask.as_ref())
                    .or(twin.then_some(Fault::Twins))
            })
        }
        Condition::Range { low, high, .. } => {
            let (low, high) = (value(low), value(high));
            let wide = order_fault(low, left).or_else(|| order_fault(high, left));
            wide.or((low > high).then_some(Fault::EmptyRange))
                .or((low == least && high == greatest).then_some(Fault::DecidesNothing))
        }
        Condition::Not(_) | Condition::All(_) | Condition::Any(_) => None,
    }
}
