use std::vec;
use std::vec::Vec;

use super::{is_subset, outcomes};
use crate::uapi::{
    BPF_ALU_AND_K, BPF_ALU_XOR_K, BPF_JMP_JA, BPF_JMP_JEQ_K, BPF_JMP_JGE_K, BPF_JMP_JGT_K,
    BPF_JMP_JSET_K, BPF_LD_W_ABS, BPF_MAXINSNS, BPF_RET_K, SECCOMP_DATA_ARCH, SECCOMP_DATA_ARGS,
    SECCOMP_DATA_NR, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS,
    SECCOMP_RET_LOG,
};
use crate::{Action, Instruction};

mod exhaustive;
mod search;

const NR: u32 = SECCOMP_DATA_NR;
const ARCH: u32 = SECCOMP_DATA_ARCH;
/// The two words of the first argument.
const LOW: u32 = SECCOMP_DATA_ARGS;
const HIGH: u32 = SECCOMP_DATA_ARGS + 4;

const X86_64: u32 = 0xc000_003e;
const SIGN: u32 = 1 << 31;

const ALLOW: Instruction = ret(SECCOMP_RET_ALLOW);
const LOG: Instruction = ret(SECCOMP_RET_LOG);
const EPERM: Instruction = ret(SECCOMP_RET_ERRNO | 1);
const EACCES: Instruction = ret(SECCOMP_RET_ERRNO | 13);
const KILL: Instruction = ret(SECCOMP_RET_KILL_PROCESS);

const fn op(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
    Instruction { code, jt, jf, k }
}

const fn ret(k: u32) -> Instruction {
    op(BPF_RET_K, 0, 0, k)
}

const fn ld(offset: u32) -> Instruction {
    op(BPF_LD_W_ABS, 0, 0, offset)
}

const fn and(mask: u32) -> Instruction {
    op(BPF_ALU_AND_K, 0, 0, mask)
}

const fn xor(bits: u32) -> Instruction {
    op(BPF_ALU_XOR_K, 0, 0, bits)
}

/// A test whose outcome is the next instruction where it holds, the one after that where it doesn't.
const fn on(code: u16, k: u32) -> Instruction {
    op(code, 0, 1, k)
}

const fn is(k: u32) -> Instruction {
    on(BPF_JMP_JEQ_K, k)
}

const fn at_least(k: u32) -> Instruction {
    on(BPF_JMP_JGE_K, k)
}

const fn above(k: u32) -> Instruction {
    on(BPF_JMP_JGT_K, k)
}

const fn any_bit(k: u32) -> Instruction {
    on(BPF_JMP_JSET_K, k)
}

fn subset(program: &[Instruction], other: &[Instruction]) -> bool {
    let answers = [false, true].map(|big_endian| is_subset(program, other, big_endian));
    assert_eq!(answers[0], answers[1], "{program:?} {other:?}");
    answers[0]
}

/// Each is a subset of the next, and none the other way round.
fn grow(programs: &[&[Instruction]]) {
    for (i, smaller) in programs.iter().enumerate() {
        assert!(subset(smaller, smaller), "{i}");
        for (j, larger) in programs.iter().enumerate().skip(i + 1) {
            assert!(subset(smaller, larger), "{i} in {j}");
            assert!(!subset(larger, smaller), "{j} in {i}");
        }
    }
}

fn same(one: &[Instruction], other: &[Instruction]) {
    assert!(subset(one, other) && subset(other, one));
}

fn apart(one: &[Instruction], other: &[Instruction]) {
    assert!(!subset(one, other) && !subset(other, one));
}

// What users write.
const _: () = assert!(is_subset(&[KILL], &[ALLOW], false));
const _: () = assert!(!is_subset(&[ld(NR), is(1), ALLOW, KILL], &[KILL], false));

#[test]
fn actions_in_the_kernels_order() {
    let programs = Action::ALL.map(|action| [ret(action.return_value())]);
    let mut programs: Vec<&[Instruction]> = programs.iter().map(<[_; 1]>::as_slice).collect();
    programs.reverse();
    grow(&programs);
}

#[test]
fn data_does_not_count() {
    same(&[EPERM], &[EACCES]);
    same(&[ld(NR), is(1), EPERM, EACCES], &[EACCES]);
}

#[test]
fn what_means_nothing_kills_the_process() {
    let bad: [&[Instruction]; 6] = [
        &[],
        &[ret(0xffff_ffff)],
        &[op(BPF_JMP_JA, 0, 0, u32::MAX), ALLOW],
        &[op(0xffff, 0, 0, 0), ALLOW],
        // the instruction pointer
        &[ld(8), ALLOW],
        &[ld(NR), op(BPF_JMP_JEQ_K, 9, 9, 0), ALLOW],
    ];
    for program in bad {
        same(program, &[KILL]);
        // Behind a test, too.
        let behind = [&[ld(NR), is(1), ALLOW], program].concat();
        same(&behind, &[ld(NR), is(1), ALLOW, KILL]);
    }
}

#[test]
fn a_rule_more() {
    grow(&[
        &[KILL],
        &[EPERM],
        &[ld(NR), is(1), ALLOW, EPERM],
        &[ld(NR), is(1), ALLOW, is(2), LOG, EPERM],
        &[ld(NR), is(1), ALLOW, is(2), ALLOW, EPERM],
        // The same with a range, and then a wider one.
        &[ld(NR), at_least(1), above(3), EPERM, ALLOW, EPERM],
        &[ld(NR), above(4), EPERM, ALLOW],
        &[ld(NR), above(4), LOG, ALLOW],
    ]);
    apart(
        &[ld(NR), is(1), ALLOW, EPERM],
        &[ld(NR), is(2), ALLOW, EPERM],
    );
}

#[test]
fn ranges_and_their_numbers_one_by_one() {
    let range = [ld(NR), above(3), EPERM, at_least(1), ALLOW, EPERM];
    let one_by_one = [ld(NR), is(3), ALLOW, is(1), ALLOW, is(2), ALLOW, EPERM];
    same(&range, &one_by_one);
    let all_but = [ld(NR), is(0), EPERM, above(3), EPERM, ALLOW];
    same(&range, &all_but);
    // At either end of all numbers.
    let last = [ld(NR), is(u32::MAX), ALLOW, EPERM];
    same(&last, &[ld(NR), above(u32::MAX - 1), ALLOW, EPERM]);
    same(&[EPERM], &[ld(NR), above(u32::MAX), ALLOW, EPERM]);
    same(&[ALLOW], &[ld(NR), at_least(0), ALLOW, EPERM]);
}

#[test]
fn foreign_calls_count() {
    let native = [ld(ARCH), is(X86_64), ALLOW, KILL];
    let open = [ld(ARCH), is(X86_64), ALLOW, LOG];
    grow(&[&native, &open, &[ALLOW]]);
    // x32's numbers, which are calls of the same audit arch.
    let without_x32 = [ld(NR), at_least(1 << 30), KILL, ALLOW];
    grow(&[&without_x32, &[ALLOW]]);
}

#[test]
fn unknown_numbers_count() {
    let enosys = [ld(NR), above(400), EPERM, at_least(2), KILL, ALLOW];
    let kill = [ld(NR), above(400), KILL, at_least(2), KILL, ALLOW];
    grow(&[&kill, &enosys]);
}

#[test]
fn a_condition_narrower_and_wider() {
    let with = |condition: &[Instruction]| {
        let head = [ld(NR), op(BPF_JMP_JEQ_K, 1, 0, 16), EPERM];
        [&head, condition].concat()
    };
    let one = with(&[ld(LOW), is(5), ALLOW, EPERM]);
    let two = with(&[ld(LOW), is(9), ALLOW, is(5), ALLOW, EPERM]);
    let masked = with(&[ld(LOW), and(!12), is(1), ALLOW, EPERM]);
    grow(&[&with(&[EPERM]), &one, &two, &masked, &with(&[ALLOW])]);
    apart(&one, &with(&[ld(LOW), is(4), ALLOW, EPERM]));
}

#[test]
fn masks() {
    let clear = |mask| [ld(LOW), any_bit(mask), EPERM, ALLOW];
    grow(&[&clear(7), &clear(6), &clear(2), &[ALLOW]]);
    apart(&clear(1), &clear(2));
    same(&clear(6), &[ld(LOW), and(6), is(0), ALLOW, EPERM]);
    same(&clear(!7), &[ld(LOW), above(7), EPERM, ALLOW]);
    same(&clear(0), &[ALLOW]);
    // Two masks one after the other, and bits turned between them.
    let twice = [ld(LOW), and(0xf), xor(5), and(0x3c), is(4), ALLOW, EPERM];
    same(&twice, &[ld(LOW), and(0xc), is(0), ALLOW, EPERM]);
    // A value that the mask doesn't let through.
    same(&[ld(LOW), and(4), is(5), ALLOW, EPERM], &[EPERM]);
    same(&[ld(LOW), and(4), above(4), ALLOW, EPERM], &[EPERM]);
    same(
        &[ld(LOW), and(4), xor(8), any_bit(8), ALLOW, EPERM],
        &[ALLOW],
    );
}

#[test]
fn patterns_that_leave_nothing() {
    // None of four values of two bits, whatever is above: nothing is left, but the walk must find out.
    let none = [
        ld(LOW),
        above(1_000_000),
        EPERM,
        any_bit(0x1f_0000),
        EPERM,
        and(3),
        is(0),
        EPERM,
        is(1),
        EPERM,
        is(2),
        EPERM,
        is(3),
        EPERM,
        ALLOW,
    ];
    same(&none, &[EPERM]);
    let mut one_left = none;
    one_left[10] = is(7);
    assert!(!subset(&one_left, &[EPERM]));
    assert!(subset(&one_left, &[ld(LOW), and(3), is(2), ALLOW, EPERM]));
}

#[test]
fn signed_order() {
    let below = |k: u32| [ld(LOW), xor(SIGN), at_least(k ^ SIGN), EPERM, ALLOW];
    let minus = |k: u32| k.wrapping_neg();
    grow(&[&below(minus(5)), &below(0), &below(1), &below(7), &[ALLOW]]);
    same(&below(0), &[ld(LOW), at_least(SIGN), ALLOW, EPERM]);
    // Below 7 as an unsigned number: the smaller part.
    let unsigned = [ld(LOW), at_least(7), EPERM, ALLOW];
    grow(&[&unsigned, &below(7)]);
    let two_words = [
        ld(LOW),
        xor(SIGN),
        at_least(minus(2) ^ SIGN),
        at_least(2 ^ SIGN),
        EPERM,
        ALLOW,
        EPERM,
    ];
    same(
        &two_words,
        &[
            ld(LOW),
            is(0),
            ALLOW,
            is(1),
            ALLOW,
            at_least(minus(2)),
            ALLOW,
            EPERM,
        ],
    );
}

#[test]
fn two_halves_of_64_bits() {
    let from = |high: u32, low: u32| {
        [
            ld(HIGH),
            op(BPF_JMP_JGT_K, 3, 0, high),
            op(BPF_JMP_JEQ_K, 0, 3, high),
            ld(LOW),
            op(BPF_JMP_JGE_K, 0, 1, low),
            ALLOW,
            EPERM,
        ]
    };
    grow(&[
        &[EPERM],
        &from(7, 9),
        &from(7, 8),
        &from(6, u32::MAX),
        &from(6, 8),
        &from(0, 1),
    ]);
    let exactly = |high: u32, low: u32| {
        [
            ld(HIGH),
            op(BPF_JMP_JEQ_K, 1, 0, high),
            EPERM,
            ld(LOW),
            is(low),
            ALLOW,
            EPERM,
        ]
    };
    assert!(subset(&exactly(7, 8), &from(7, 8)));
    assert!(!subset(&exactly(7, 7), &from(7, 8)));
    apart(&exactly(7, 8), &exactly(8, 7));
}

/// ABIs of 32-bit registers have nothing in the upper halves, and an other byte order has those elsewhere.
#[test]
fn upper_halves_of_32_bit_abis() {
    let foreign_only = |word: u32| [ld(ARCH), is(X86_64), KILL, ld(word), is(0), KILL, ALLOW];
    assert!(is_subset(
        &foreign_only(HIGH)[..],
        &[ld(ARCH), at_least(SIGN), ALLOW, KILL],
        false
    ));
    assert!(!is_subset(
        &foreign_only(HIGH)[..],
        &[ld(ARCH), at_least(SIGN), ALLOW, KILL],
        true
    ));
    assert!(is_subset(
        &foreign_only(LOW)[..],
        &[ld(ARCH), at_least(SIGN), ALLOW, KILL],
        true
    ));
}

/// Two ways lead to one test, and A holds the same word there: masked on one of them.
#[test]
fn what_a_holds_counts_where_ways_meet() {
    let zero = [ld(LOW), is(0), ALLOW, EPERM];
    for (mask_of_one, mask_of_others) in [(1, u32::MAX), (u32::MAX, 1)] {
        let own = [
            ld(NR),
            op(BPF_JMP_JEQ_K, 0, 3, 1),
            ld(LOW),
            and(mask_of_one),
            op(BPF_JMP_JA, 0, 0, 2),
            ld(LOW),
            and(mask_of_others),
            is(0),
            ALLOW,
            EPERM,
        ];
        assert!(!subset(&own, &zero), "{mask_of_one:x}");
        assert!(subset(&zero, &own), "{mask_of_one:x}");
    }
}

/// Answers `values` with `action`, the last number with `one`, and logs the rest.
fn list(
    values: impl Iterator<Item = u32>,
    action: Instruction,
    one: Instruction,
) -> Vec<Instruction> {
    let mut program = vec![ld(NR)];
    program.extend(values.flat_map(|value| [is(value), action]));
    program.extend([is(u32::MAX), one, LOG]);
    program
}

#[test]
fn lists_of_a_thousand() {
    let own = list((0..1000).map(|i| 3 * i), KILL, KILL);
    let other = list((0..1000).rev().map(|i| 3 * i), EPERM, EPERM);
    grow(&[&own, &other]);
    let shorter = list((0..999).map(|i| 3 * i), KILL, KILL);
    grow(&[&own, &shorter]);
}

#[test]
fn without_room_the_answer_is_no() {
    let evens = |n: u32| list((0..n).map(|i| 2 * i), KILL, KILL);
    let odds = |n: u32| list((0..n).map(|i| 2 * i + 1), ALLOW, EPERM);
    assert!(subset(&evens(1000), &odds(1000)));
    assert!(
        !subset(&evens(1030), &odds(1030)),
        "more tests than are remembered"
    );
    // Where the outcome that goes on is jumped to, and the other one isn't an end.
    let deep = |n: u32, last: Instruction| {
        let mut program = vec![ld(NR)];
        program.extend((0..n).flat_map(|i| [op(BPF_JMP_JEQ_K, 0, 2, i), ld(NR), KILL]));
        program.push(last);
        program
    };
    assert!(subset(&deep(120, EPERM), &list(0..120, KILL, EPERM)));
    assert!(
        !subset(&deep(140, EPERM), &list(0..140, KILL, EPERM)),
        "more ways than can wait"
    );
    let long = vec![KILL; BPF_MAXINSNS + 1];
    assert!(!subset(&long, &[ALLOW]));
}
