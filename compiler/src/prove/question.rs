//! The tests that a program and a policy are both about: a word of the call, what is done to it, and what it is compared with.

use crate::argument::Type;
use crate::bpf::{Constant, Half, Of};
use crate::values::Values;

/// One test.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Test {
    /// Where the word stands in `seccomp_data`.
    pub(super) offset: u32,
    /// What is done to it first: `AND_K` or `XOR_K` of [`bpf`](crate::bpf), and the constant.
    pub(super) changes: Vec<(u16, Term)>,
    /// What is asked of it.
    pub(super) asks: Asks,
}

/// What is asked of a word.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Asks {
    /// A comparison: a conditional jump of [`bpf`](crate::bpf).
    Compares(u16, Term),
    /// Whether it is one of a list: the texts of the values, sorted.
    Member(Vec<String>, Type),
}

/// A constant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Term {
    /// A number.
    Known(u32),
    /// Half of a value that rustc knows, as the type has it.
    Half {
        /// The value's text.
        text: String,
        /// How many of its bits count, and whether they are signed, which decides what they may be.
        ty: Type,
        /// Which half.
        high: bool,
        /// Whether its sign bit is turned.
        flip: bool,
    },
}

/// The constant of an instruction; `None` for a return's, and for one that is looked up in a list.
pub(super) fn term(k: &Constant, values: &Values) -> Option<Term> {
    match k {
        Constant::Known(k) => Some(Term::Known(*k)),
        Constant::Return(_) => None,
        Constant::Value(Half { of, high, flip }) => match of {
            Of::One(value) => {
                let value = values.all.get(*value)?;
                Some(Term::Half {
                    text: value.expression.text.clone(),
                    ty: value.ty,
                    high: *high,
                    flip: *flip,
                })
            }
            Of::Sorted { .. } => None,
        },
    }
}

/// The texts of a list's values, sorted, and their type.
pub(super) fn member(list: usize, values: &Values) -> Option<(Vec<String>, Type)> {
    let list = values.lists.get(list)?;
    let members: Option<Vec<_>> = list.values.iter().map(|&v| values.all.get(v)).collect();
    let members = members?;
    let ty = members.first()?.ty;
    let mut texts: Vec<String> = members.iter().map(|v| v.expression.text.clone()).collect();
    texts.sort_unstable();
    members.iter().all(|v| v.ty == ty).then_some((texts, ty))
}
