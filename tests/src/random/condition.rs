//! Conditions at random.

use seccomptime_compiler::arch::Arch;
use seccomptime_compiler::data::{Class, Syscall};
use seccomptime_compiler::policy::{Cast, Comparison, Condition, Expression, Operand};

use super::{Choices, EDGES, Machine};
use crate::reference::{Missing, View, look};

/// A condition, its tests as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tree {
    /// One test.
    Test(String),
    /// `!`
    Not(Box<Tree>),
    /// `&&`, or a comma.
    All(Vec<Tree>),
    /// `||`
    Any(Vec<Tree>),
}

impl Tree {
    /// The tree as it stands in a policy, without a parenthesis that isn't needed. `comma` is what joins the outermost `&&`.
    pub fn text(&self, comma: bool) -> String {
        match self {
            Tree::Test(test) => test.clone(),
            Tree::Not(inner) => format!("!({})", inner.text(false)),
            Tree::All(list) if comma => {
                let within = |tree: &Tree| match tree {
                    // What a comma separates needs none around an `||`.
                    Tree::All(_) => format!("({})", tree.text(false)),
                    _ => tree.text(false),
                };
                joined(list.iter().map(within), ", ")
            }
            Tree::All(list) => joined(list.iter().map(Tree::enclosed), " && "),
            Tree::Any(list) => {
                let within = |tree: &Tree| match tree {
                    Tree::Any(_) => tree.enclosed(),
                    _ => tree.text(false),
                };
                joined(list.iter().map(within), " || ")
            }
        }
    }

    fn enclosed(&self) -> String {
        match self {
            Tree::Test(_) | Tree::Not(_) => self.text(false),
            Tree::All(_) | Tree::Any(_) => format!("({})", self.text(false)),
        }
    }
}

fn joined(texts: impl Iterator<Item = String>, by: &str) -> String {
    texts.collect::<Vec<_>>().join(by)
}

/// What was parsed, as a tree with tests written as this module writes them.
pub fn tree_of(condition: &Condition) -> Tree {
    let all = |list: &[Condition]| list.iter().map(tree_of).collect();
    match condition {
        Condition::Not(inner) => Tree::Not(Box::new(tree_of(inner))),
        Condition::All(list) => Tree::All(all(list)),
        Condition::Any(list) => Tree::Any(all(list)),
        Condition::In { operand, list } => {
            let list = joined(list.iter().map(text), ", ");
            Tree::Test(format!("{} in [{list}]", left(operand)))
        }
        Condition::Range { operand, low, high } => Tree::Test(format!(
            "{} in {}..={}",
            left(operand),
            text(low),
            text(high)
        )),
        Condition::Compare { operand, op, value } => {
            let op = match op {
                Comparison::Equal => "==",
                Comparison::NotEqual => "!=",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
            };
            Tree::Test(format!("{} {op} {}", left(operand), text(value)))
        }
    }
}

fn text(expression: &Expression) -> String {
    expression.text.split_whitespace().collect()
}

fn left(operand: &Operand) -> String {
    let mut left = operand.name.text.clone();
    if let Some(cast) = operand.cast {
        left += match cast {
            Cast::U32 => " as u32",
            Cast::I32 => " as i32",
            Cast::U64 => " as u64",
            Cast::I64 => " as i64",
        };
    }
    if let Some(mask) = &operand.mask {
        left += &format!(" & {}", text(mask));
    }
    left
}

/// An arch, and what runs its programs.
type Target<'a> = (&'a Arch, Machine);

/// A condition of a call; nothing where it has no argument.
pub(super) fn condition(
    choices: &mut Choices<'_>,
    target: Target<'_>,
    call: &Syscall,
    depth: usize,
) -> Option<Tree> {
    let kind = if depth == 0 { 0 } else { choices.below(6) };
    Some(match kind {
        3 => Tree::Not(Box::new(condition(choices, target, call, depth - 1)?)),
        4 | 5 => {
            let count = 2 + choices.below(3);
            let list = (0..count).map(|_| condition(choices, target, call, depth - 1));
            let list = list.collect::<Option<_>>()?;
            if kind == 4 {
                Tree::All(list)
            } else {
                Tree::Any(list)
            }
        }
        _ => Tree::Test(test(choices, target, call)?),
    })
}

/// How an argument is called by its place.
const PLACES: [&str; 6] = ["arg0", "arg1", "arg2", "arg3", "arg4", "arg5"];

fn test(choices: &mut Choices<'_>, target: Target<'_>, call: &Syscall) -> Option<String> {
    let (arch, machine) = target;
    let slots = call.args_on(arch.table).iter().chain(call.args);
    let slots = slots.filter(|arg| arg.class != Class::Pad);
    let mut names: Vec<&str> = slots.map(|arg| arg.name).collect();
    if choices.once_in(8) {
        names.extend(PLACES);
    }
    let mut name = *names.get(choices.below(names.len()))?;
    let mut found = look(arch, call, name, &[0; 6]);
    // What is missing is an error, which a policy should seldom be.
    if found == Err(Missing) && !choices.once_in(20) {
        name = *names
            .iter()
            .find(|name| look(arch, call, name, &[0; 6]).is_ok())?;
        found = look(arch, call, name, &[0; 6]);
    }
    let mut view = found.unwrap_or(View {
        passed: 0,
        bits: 32,
        signed: true,
        pointer: false,
    });
    if view.pointer {
        let op = choices.one(&["==", "!="]);
        return Some(format!("{name} {op} 0"));
    }
    let mut left = name.to_owned();
    if choices.once_in(8) {
        let (cast, bits, signed) = choices.one(&[
            ("u32", 32, false),
            ("i32", 32, true),
            ("u64", 64, false),
            ("i64", 64, true),
        ]);
        (view.bits, view.signed) = (bits, signed);
        left += &format!(" as {cast}");
    }
    // The order of signed numbers takes an XOR.
    if machine == Machine::Plain && view.signed {
        let wide = view.bits > 32;
        (view.bits, view.signed) = (if wide { 64 } else { 32 }, false);
        left = format!("{name} as {}", if wide { "u64" } else { "u32" });
    }
    let mut mask = None;
    if choices.once_in(3) {
        view.signed = false;
        let bits = one_mask(choices, &view);
        left += &format!(" & {}", written(choices, bits));
        mask = Some(bits);
    }
    // A bare zero under a mask takes a JSET; one that is known to rustc alone is a number like others.
    let written = |choices: &mut Choices<'_>, value| match (value, mask, machine) {
        (0, Some(_), Machine::Plain) => "-0".to_owned(),
        _ => written(choices, value),
    };
    let value = |choices: &mut Choices<'_>| {
        let value = one_value(choices, &view);
        match mask {
            Some(mask) if !choices.once_in(30) => value & mask,
            _ => value,
        }
    };
    Some(match choices.below(8) {
        6 => {
            let count = choices.one(&[1, 2, 3, 4, 5, 9, 17, 40]);
            let mut list: Vec<i128> = Vec::new();
            for _ in 0..count {
                let value = value(choices);
                let all = 1 << view.bits;
                let twin = |other: &i128| (other - value).rem_euclid(all) == 0;
                if !list.iter().any(twin) || choices.once_in(50) {
                    list.push(value);
                }
            }
            let list = list.into_iter().map(|value| written(choices, value));
            format!("{left} in [{}]", joined(list, ", "))
        }
        7 => {
            let (one, other) = (value(choices), value(choices));
            let turned = choices.once_in(20);
            let (low, high) = if (one <= other) != turned {
                (one, other)
            } else {
                (other, one)
            };
            format!(
                "{left} in {}..={}",
                written(choices, low),
                written(choices, high)
            )
        }
        op => {
            let op = ["==", "!=", "<", "<=", ">", ">="][op];
            let mut value = value(choices);
            if !choices.soon_once_in(16) {
                value = deciding(op, value, mask, &view);
            }
            format!("{left} {op} {}", written(choices, value))
        }
    })
}

/// The value, or the one beside it where all that an argument can be is on one side of it.
fn deciding(op: &str, value: i128, mask: Option<i128>, view: &View) -> i128 {
    let all = 1_i128 << view.bits;
    let (least, greatest) = match (mask, view.signed) {
        (Some(mask), _) => (0, mask),
        (None, true) => (-all / 2, all / 2 - 1),
        (None, false) => (0, all - 1),
    };
    match op {
        "<" | ">=" if value == least => value + 1,
        "<=" | ">" if value == greatest => value - 1,
        _ => value,
    }
}

/// A value that the argument can have; now and then one that it can't.
fn one_value(choices: &mut Choices<'_>, view: &View) -> i128 {
    let edge = choices.one(&EDGES);
    if choices.once_in(60) {
        return edge;
    }
    let value = match choices.below(4) {
        0 | 1 => edge,
        2 => i128::from(choices.word()) << choices.below(33),
        _ => i128::try_from(choices.below(64)).expect("a small number"),
    };
    let all = 1_i128 << view.bits;
    let bits = value.rem_euclid(all);
    if view.signed && bits >= all / 2 {
        bits - all
    } else {
        bits
    }
}

fn one_mask(choices: &mut Choices<'_>, view: &View) -> i128 {
    let low = i128::from(choices.word());
    let mask = match choices.below(5) {
        0 => 1 << choices.below(64),
        1 => 3 << choices.below(63),
        2 => low,
        3 => low << 32,
        _ => low << choices.below(32),
    };
    let mask = mask.rem_euclid(1 << view.bits);
    if mask == 0 && !choices.once_in(30) {
        1
    } else {
        mask
    }
}

/// A number in one of the ways to write it.
fn written(choices: &mut Choices<'_>, value: i128) -> String {
    if value >= 0 && choices.once_in(3) {
        format!("0x{value:x}")
    } else {
        value.to_string()
    }
}
