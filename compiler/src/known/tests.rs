use super::*;
use crate::lex::lex;
use crate::policy::Expression;
use crate::token::Span;
use crate::values::List;

const INT: Type = Type {
    bits: 32,
    signed: true,
    pointer: false,
};

fn expression(text: &str) -> Expression {
    Expression::new(&lex(text, 0).expect("tokens").tokens).expect("an expression")
}

fn values(all: &[(&str, Rule)], lists: &[&[usize]]) -> Values {
    let mut values = Values::default();
    for (text, rule) in all {
        values.value(&expression(text), INT, *rule);
    }
    let list = |list: &&[usize]| List {
        values: list.to_vec(),
        span: Span::default(),
    };
    values.lists = lists.iter().map(list).collect();
    values
}

#[test]
fn figures_are_known_and_nothing_else() {
    for (text, number) in [
        ("7", Some(7)),
        ("0x1_f", Some(31)),
        ("0o17", Some(15)),
        ("0b11", Some(3)),
        ("-100", Some(-100)),
        ("18446744073709551615", Some(0xffff_ffff_ffff_ffff)),
        ("18446744073709551616", None),
        ("7u8", None),
        ("7i64", None),
        ("AF_UNIX", None),
        ("1 + 1", None),
        ("(1)", None),
        ("!1", None),
        ("- -1", None),
        ("true", None),
        ("1.0", None),
        ("'a'", None),
    ] {
        assert_eq!(figures(&expression(text).tokens), number, "{text}");
    }
}

#[test]
fn what_is_wrong_is_left_to_rustc() {
    let all = [
        ("4294967296", Rule::Fits),
        ("0", Rule::Mask),
        ("6", Rule::Mask),
        ("1", Rule::Within(2)),
        ("4", Rule::Within(2)),
        ("4", Rule::Within(1)),
        ("5", Rule::LowEnd),
        ("4", Rule::HighEnd(6)),
        ("-1", Rule::Fits),
    ];
    let known = Known::of(&values(&all, &[]));
    let bits: Vec<Option<u64>> = (0..all.len()).map(|i| known.value(i)).collect();
    let (mask, within, low, minus) = (Some(6), Some(4), Some(5), Some(0xffff_ffff));
    assert_eq!(
        bits,
        [None, None, mask, None, within, None, low, None, minus]
    );
}

#[test]
fn lists_are_known_whole() {
    let all = [
        ("9", Rule::Fits),
        ("-2", Rule::Fits),
        ("3", Rule::Fits),
        ("NAME", Rule::Fits),
        ("0x3", Rule::Fits),
    ];
    let known = Known::of(&values(&all, &[&[0, 1, 2], &[0, 3], &[2, 4]]));
    assert_eq!(
        [0, 1, 2].map(|list| known.list(list)),
        [true, false, false],
        "a name, and twins, are for rustc"
    );
    let half = |list: usize, index: usize, high: bool| {
        known.half(Half {
            of: Of::Sorted { list, index },
            high,
            flip: false,
        })
    };
    let sorted = [0, 1, 2].map(|index| half(0, index, false));
    assert_eq!(sorted, [Some(3), Some(9), Some(0xffff_fffe)]);
    assert_eq!((half(0, 0, true), half(1, 0, false)), (Some(0), None));
}

#[test]
fn three_neighbours_are_a_run() {
    let all = ["5", "3", "4", "7", "8", "NAME"].map(|text| (text, Rule::Fits));
    let known = Known::of(&values(&all, &[]));
    let chain = |values: &[usize]| {
        let test = |&value: &usize| {
            let of = Of::One(value);
            let half = Half {
                of,
                high: false,
                flip: false,
            };
            Instruction::with(JEQ_K, 0, 0, Constant::Value(half))
        };
        known.has_run(&values.iter().map(test).collect::<Vec<_>>())
    };
    assert!(chain(&[3, 1, 2, 0]));
    assert!(!chain(&[1, 2, 3, 4]));
    assert!(!chain(&[1, 2, 5, 0]));
    assert!(!chain(&[0, 2, 1]));
}
