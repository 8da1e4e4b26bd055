//! Programs written by hand, wrong in ways that no single change of a right one leads to.

use super::*;
use crate::argument::Type;
use crate::bpf::{Half, OFFSET_ARCH, OFFSET_NR, Of};
use crate::include::{NoFiles, parse_all};
use crate::lex::lex;
use crate::policy::Expression;
use crate::resolve::resolve;
use crate::values::Rule;

const AUDIT_X86_64: u32 = 0xc000_003e;
const PRCTL: u32 = 157;

/// Proves a program for x86_64 whose policy kills all that it doesn't name. A return of 1 allows, any other kills.
fn proved(
    policy: &str,
    values: &Values,
    program: &[(u16, u8, u8, Constant)],
) -> Result<(), Refusal> {
    let policy = format!("{policy}, default = kill_process, unknown = kill_process");
    let mut report = crate::diagnostic::Report::default();
    let tokens = lex(&policy, 0).unwrap().tokens;
    let policy = parse_all(&tokens, &mut NoFiles, &mut report);
    let names = resolve(&policy, &mut report);
    assert!(!report.has_errors());
    let defaults = Defaults::of(&policy, false);
    let program: Vec<Instruction> = program
        .iter()
        .map(|(code, jt, jf, k)| match (*code, k) {
            (RET_K, Constant::Known(1)) => Instruction::ret(&policy.rules[0].action),
            (RET_K, _) => Instruction::ret(&defaults.default.action),
            _ => Instruction::with(*code, *jt, *jf, k.clone()),
        })
        .collect();
    prove(&Claim {
        program: &program,
        values,
        names: &names,
        defaults: &defaults,
        arch: Arch::from_name("x86_64").unwrap(),
    })
}

fn i(code: u16, jt: u8, jf: u8, k: u32) -> (u16, u8, u8, Constant) {
    (code, jt, jf, Constant::Known(k))
}

#[test]
fn a_foreign_arch_is_not_told_by_its_bits() {
    // Audit arch 0x100 alone is allowed: no comparison has it or a neighbour of it.
    let program = |bits: u32| {
        [
            i(LD_W_ABS, 0, 0, OFFSET_ARCH),
            i(JEQ_K, 0, 2, AUDIT_X86_64),
            i(LD_W_ABS, 0, 0, OFFSET_NR),
            i(JEQ_K, 2, 3, 0),
            i(JSET_K, 0, 2, bits),
            i(JSET_K, 1, 0, 1),
            i(RET_K, 0, 0, 1),
            i(RET_K, 0, 0, 0),
        ]
    };
    let refused = proved("allow(read)", &Values::default(), &program(0x100));
    assert!(
        matches!(refused, Err(Refusal::Differs { number: None, .. })),
        "{refused:?}"
    );
    let mut right = program(0);
    right[4] = i(JA, 0, 0, 2);
    assert_eq!(proved("allow(read)", &Values::default(), &right), Ok(()));
}

#[test]
fn a_foreign_arch_is_told_without_the_number() {
    let program = [
        i(LD_W_ABS, 0, 0, OFFSET_NR),
        i(LD_W_ABS, 0, 0, OFFSET_ARCH),
        i(JEQ_K, 0, 3, AUDIT_X86_64),
        i(LD_W_ABS, 0, 0, OFFSET_NR),
        i(JEQ_K, 0, 1, 0),
        i(RET_K, 0, 0, 1),
        i(RET_K, 0, 0, 0),
    ];
    let refused = proved("allow(read)", &Values::default(), &program);
    assert!(
        matches!(refused, Err(Refusal::Differs { number: None, .. })),
        "{refused:?}"
    );
    let right = &program[1..];
    assert_eq!(proved("allow(read)", &Values::default(), right), Ok(()));
}

/// A call whose first argument is right is asked whether a word of its second is the first of a list of two, and if so whether it is
/// the one with this index.
fn twice_in_a_list(bits: u8, index: usize) -> Result<(), Refusal> {
    let mut values = Values::default();
    let mut value = |text: &str, bits: u8, signed: bool| {
        let expression = Expression::new(&lex(text, 0).unwrap().tokens).unwrap();
        let ty = Type {
            bits,
            signed,
            pointer: false,
        };
        values.value(&expression, ty, Rule::Fits)
    };
    let option = value("A", 32, true);
    let list = vec![value("B", bits, false), value("C", bits, false)];
    let list = values.list(list, Default::default());
    let half = |of| {
        Constant::Value(Half {
            of,
            high: false,
            flip: false,
        })
    };
    let program = [
        i(LD_W_ABS, 0, 0, OFFSET_ARCH),
        i(JEQ_K, 0, 8, AUDIT_X86_64),
        i(LD_W_ABS, 0, 0, OFFSET_NR),
        i(JEQ_K, 0, 6, PRCTL),
        i(LD_W_ABS, 0, 0, 16),
        (JEQ_K, 0, 4, half(Of::One(option))),
        i(LD_W_ABS, 0, 0, 24),
        (JEQ_K, 0, 1, half(Of::Sorted { list, index: 0 })),
        (JEQ_K, 1, 0, half(Of::Sorted { list, index })),
        i(RET_K, 0, 0, 1),
        i(RET_K, 0, 0, 0),
    ];
    proved("allow(prctl(option == A))", &values, &program)
}

#[test]
fn no_word_is_two_values_unless_it_is_half_of_them() {
    assert_eq!(twice_in_a_list(32, 1), Ok(()));
    assert_eq!(twice_in_a_list(64, 1), Err(Refusal::Lost(7)));
}

#[test]
fn a_list_ends() {
    assert_eq!(twice_in_a_list(32, 2), Err(Refusal::Lost(8)));
}
