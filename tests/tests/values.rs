//! The values of conditions, at all edges: the `const fn`s that rustc runs on them and the compiler's own arithmetic agree on their bits, and on
//! what is refused.

use std::panic::catch_unwind;

use seccomptime::__private::{
    Bits, above_least, below_greatest, fits, flip, high, high_end, low, low_end, mask, sorted,
    within,
};
use seccomptime_compiler::Arch;
use seccomptime_compiler::argument::Type;
use seccomptime_compiler::bpf::{Constant, Half, Instruction, JEQ_K, Of};
use seccomptime_compiler::lex::lex;
use seccomptime_compiler::plain::{Plain, plain};
use seccomptime_compiler::policy::Expression;
use seccomptime_compiler::values::{Rule, Values};
use seccomptime_tests::random::EDGES;
use seccomptime_tests::reference::number;

const TYPES: [(Bits, u8, bool); 5] = [
    (Bits::U16, 16, false),
    (Bits::U32, 32, false),
    (Bits::I32, 32, true),
    (Bits::U64, 64, false),
    (Bits::I64, 64, true),
];

/// The edges of all types, and what is next to them on both sides.
fn edges() -> Vec<i128> {
    let near = |edge: &i128| [edge - 1, *edge, edge + 1, -edge];
    let mut edges: Vec<i128> = EDGES.iter().flat_map(near).collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn expression(value: i128) -> Expression {
    let tokens = lex(&value.to_string(), 0).expect("a number").tokens;
    Expression::new(&tokens).expect("an expression")
}

/// What a value becomes in instructions: both halves, as they are and turned.
fn compiled(values: &Values, of: Of) -> Option<[u32; 4]> {
    let half = |high: bool, flip: bool| Constant::Value(Half { of, high, flip });
    let ways = [(false, false), (true, false), (false, true), (true, true)];
    let program = ways.map(|(high, flip)| Instruction::with(JEQ_K, 0, 0, half(high, flip)));
    let arch = Arch::from_name("x86_64").expect("an arch");
    let program = plain(&program, values, arch, &number).ok()?;
    Some([0, 1, 2, 3].map(|i: usize| {
        let Plain { k, .. } = program[i];
        k
    }))
}

fn halves(bits: u64) -> [u32; 4] {
    [low(bits), high(bits), flip(low(bits)), flip(high(bits))]
}

/// A value by itself, or after another one on which its rule depends.
fn by_compiler(
    ty: (Bits, u8, bool),
    before: Option<(i128, Rule)>,
    value: i128,
    rule: Rule,
) -> Option<[u32; 4]> {
    let (_, bits, signed) = ty;
    let ty = Type {
        bits,
        signed,
        pointer: false,
    };
    let mut values = Values::default();
    if let Some((value, rule)) = before {
        values.value(&expression(value), ty, rule);
    }
    let index = values.value(&expression(value), ty, rule);
    compiled(&values, Of::One(index))
}

fn by_rustc(value: impl Fn() -> u64 + std::panic::UnwindSafe) -> Option<[u32; 4]> {
    catch_unwind(value).ok().map(halves)
}

#[test]
fn every_rule_of_one_value() {
    let mut refused = 0;
    for ty in TYPES {
        let bits = ty.0;
        for value in edges() {
            for (rule, rustc) in [
                (Rule::Fits, by_rustc(|| fits(value, bits))),
                (Rule::Mask, by_rustc(|| mask(value, bits))),
                (Rule::AboveLeast, by_rustc(|| above_least(value, bits))),
                (
                    Rule::BelowGreatest,
                    by_rustc(|| below_greatest(value, bits)),
                ),
                (Rule::LowEnd, by_rustc(|| low_end(value, bits))),
            ] {
                refused += usize::from(rustc.is_none());
                assert_eq!(
                    by_compiler(ty, None, value, rule),
                    rustc,
                    "{rule:?} {value} {bits:?}"
                );
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn every_rule_of_two_values() {
    for ty in TYPES {
        let bits = ty.0;
        for first in EDGES {
            for value in EDGES {
                let rustc = by_rustc(|| within(value, bits, mask(first, bits)));
                let found = by_compiler(ty, Some((first, Rule::Mask)), value, Rule::Within(0));
                assert_eq!(found, rustc, "{value} within {first} {bits:?}");
                let rustc = by_rustc(|| high_end(value, bits, low_end(first, bits)));
                let found = by_compiler(ty, Some((first, Rule::LowEnd)), value, Rule::HighEnd(0));
                assert_eq!(found, rustc, "{first}..={value} {bits:?}");
            }
        }
    }
}

#[test]
fn lists_in_order() {
    for ty @ (bits, width, signed) in TYPES {
        let mut members = EDGES.to_vec();
        members.retain(|value| by_compiler(ty, None, *value, Rule::Fits).is_some());
        let members = &members;
        let pairs = members
            .iter()
            .flat_map(|a| members.iter().map(|b| (*a, *b)));
        // Each pair beside a third, twins included.
        for (a, b) in pairs {
            let c = members[0];
            let mut values = Values::default();
            let ty = Type {
                bits: width,
                signed,
                pointer: false,
            };
            let indices = [a, b, c].map(|value| values.value(&expression(value), ty, Rule::Fits));
            let list = values.list(indices.to_vec(), expression(a).span);
            let rustc = catch_unwind(|| sorted([a, b, c].map(|value| fits(value, bits)))).ok();
            for index in 0..3 {
                let found = compiled(&values, Of::Sorted { list, index });
                assert_eq!(
                    found,
                    rustc.map(|sorted| halves(sorted[index])),
                    "{a} {b} {c} {bits:?}"
                );
            }
        }
    }
}
