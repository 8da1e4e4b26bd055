//! Random programs, against all calls that they can tell apart.
//!
//! The constants of a pair of programs differ from each other in a few single bits, and between those in gaps whose bits are all clear or all
//! set. So a word counts for no more than: each of the single bits, and of each gap whether it is clear, set, or something else.

use std::vec;
use std::vec::Vec;

use super::*;
use crate::decide::{Data, run};

const I386: u32 = 0x4000_0003;

/// A generator of numbers (xorshift64), the same in every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() >> 16) as usize % end
    }

    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// The parts of a word, each a mask: single bits, and the gaps above, between and below them.
pub(super) fn parts(bits: &[u32]) -> Vec<u32> {
    let mut parts = Vec::new();
    let mut gap = 0;
    for bit in (0..u32::BITS).rev() {
        if bits.contains(&bit) {
            parts.extend([gap, 1 << bit]);
            gap = 0;
        } else {
            gap |= 1 << bit;
        }
    }
    parts.push(gap);
    parts.retain(|&part| part != 0);
    parts
}

/// A constant in which every part is clear or set.
pub(super) fn constant(random: &mut Random, parts: &[u32]) -> u32 {
    let set = parts.iter().filter(|_| random.below(2) == 0);
    set.fold(0, |all, part| all | part)
}

/// One word for each that the constants tell from the others.
pub(super) fn representatives(parts: &[u32]) -> Vec<u32> {
    parts.iter().fold(vec![0], |words, &part| {
        let lowest = part & part.wrapping_neg();
        let mut choices = vec![0, lowest, part];
        choices.dedup();
        let with = |choice| words.iter().map(move |word| word | choice);
        choices.into_iter().flat_map(with).collect()
    })
}

const TESTS: [u16; 5] = [
    BPF_JMP_JEQ_K,
    BPF_JMP_JEQ_K,
    BPF_JMP_JGE_K,
    BPF_JMP_JGT_K,
    BPF_JMP_JSET_K,
];

/// Any instructions in any order.
fn loose(random: &mut Random, words: &[u32], parts: &[u32]) -> Vec<Instruction> {
    let length = 4 + random.below(16);
    let mut program = vec![ld(random.one_of(words))];
    while program.len() < length {
        let left = length - program.len();
        let k = constant(random, parts);
        let mut jump = || random.below(left.min(5)) as u8;
        let (jt, jf) = (jump(), jump());
        program.push(match random.below(10) {
            0 | 1 => ld(random.one_of(words)),
            2 => and(k),
            3 => xor(k),
            4 => answer(random),
            5 => op(BPF_JMP_JA, 0, 0, u32::from(jt)),
            _ => op(random.one_of(&TESTS), jt, jf, k),
        });
    }
    program.push(answer(random));
    program
}

/// Lists, one behind the other: each looks at a word, and whatever comes of it leads to the next list, a later one, or an answer.
fn lists(random: &mut Random, words: &[u32], parts: &[u32]) -> Vec<Instruction> {
    let count = 1 + random.below(5);
    let mut program = Vec::new();
    let mut starts = Vec::new();
    let mut targets = Vec::new();
    for list in 0..count {
        starts.push(program.len());
        program.push(ld(random.one_of(words)));
        match random.below(6) {
            0 => program.push(and(constant(random, parts))),
            1 => program.push(xor(constant(random, parts))),
            _ => {}
        }
        for test in (0..=random.below(4)).rev() {
            let mut target = || match random.below(4) {
                // Past all lists stand the answers.
                0 => count + random.below(5),
                _ => list + 1 + random.below(2),
            };
            let yes = target();
            let no = (test == 0).then(target);
            targets.push((program.len(), yes, no));
            program.push(op(random.one_of(&TESTS), 0, 0, constant(random, parts)));
        }
    }
    starts.extend(program.len()..program.len() + 5);
    for (at, yes, no) in targets {
        let [jt, jf] = [Some(yes), no].map(|list| {
            let skipped = list.map_or(0, |list: usize| starts[list] - at - 1);
            u8::try_from(skipped).unwrap()
        });
        program[at] = op(program[at].code, jt, jf, program[at].k);
    }
    program.extend((0..5).map(|_| answer(random)));
    program
}

fn program(random: &mut Random, words: &[u32], parts: &[u32]) -> Vec<Instruction> {
    if random.below(3) == 0 {
        loose(random, words, parts)
    } else {
        lists(random, words, parts)
    }
}

fn answer(random: &mut Random) -> Instruction {
    random.one_of(&[ALLOW, LOG, EPERM, EACCES, KILL])
}

/// The program with one thing changed.
fn changed(random: &mut Random, program: &[Instruction], parts: &[u32]) -> Vec<Instruction> {
    let mut program = program.to_vec();
    for _ in 0..=random.below(2) {
        let at = random.below(program.len());
        match program[at].code {
            BPF_RET_K => program[at] = answer(random),
            BPF_LD_W_ABS | BPF_JMP_JA => {}
            _ => program[at].k = constant(random, parts),
        }
    }
    program
}

/// A call whose words at these offsets are so.
fn call(arch: u32, words: &[(u32, u32)], big_endian: bool) -> Data {
    let mut data = Data {
        arch,
        nr: 0,
        args: [0; 6],
        big_endian,
    };
    for &(offset, word) in words {
        match offset {
            NR => data.nr = word,
            ARCH => data.arch = word,
            _ => {
                let at = offset - SECCOMP_DATA_ARGS;
                let shift = if (at % 8 == 4) == big_endian { 0 } else { 32 };
                data.args[(at / 8) as usize] |= u64::from(word) << shift;
            }
        }
    }
    // As ABIs of 32-bit registers pass them.
    data.args = Data::new(data.arch, 0, data.args).args;
    data
}

/// Whether one is a subset of the other and the other way round, by trying all calls.
fn by_trying(
    pair: [&[Instruction]; 2],
    words: &[u32],
    parts: &[u32],
    big_endian: bool,
) -> [bool; 2] {
    let one = representatives(parts);
    let calls = words
        .iter()
        .fold(vec![vec![]], |calls: Vec<Vec<(u32, u32)>>, &offset| {
            let with = |word: &u32| {
                let word = *word;
                calls
                    .iter()
                    .map(move |call| [&call[..], &[(offset, word)]].concat())
            };
            one.iter().flat_map(with).collect()
        });
    let mut answer = [true; 2];
    for words in &calls {
        for arch in [X86_64, I386] {
            let data = call(arch, words, big_endian);
            let [own, other] = pair.map(|program| Action::from_return_value(run(program, &data)));
            answer[0] &= own >= other;
            answer[1] &= other >= own;
        }
    }
    answer
}

/// What is found to come of one program, against all calls.
#[test]
fn outcomes_of_one_program() {
    let mut random = Random(0x1357_9bdf_0246_8ace);
    let mut seen = [0; 3];
    for round in 0..3000 {
        let (words, bit_count): (&[u32], usize) = match round % 3 {
            0 => (&[LOW], 3),
            1 => (&[LOW, HIGH], 1),
            _ => (&[NR, LOW, HIGH + 40], 0),
        };
        let mut bits: Vec<u32> = (0..bit_count).map(|_| random.below(32) as u32).collect();
        bits.push(31);
        let parts = parts(&bits);
        let mut one = program(&mut random, words, &parts);
        // Two answers alone, of which most programs have both.
        for instruction in &mut one {
            if instruction.code == BPF_RET_K {
                *instruction = random.one_of(&[ALLOW, KILL, KILL]);
            }
        }
        let [no_allow, _] = by_trying([&one, &[LOG]], words, &parts, false);
        let [all_allow, _] = by_trying([&[ALLOW], &one], words, &parts, false);
        let got = outcomes(&one);
        assert_eq!(
            [got.allows, got.denies],
            [!no_allow, !all_allow],
            "{round}: {one:x?}"
        );
        seen[if no_allow {
            0
        } else if all_allow {
            1
        } else {
            2
        }] += 1;
    }
    assert!(seen.iter().all(|&count| count > 100), "{seen:?}");
}

fn compare(seed: u64, rounds: usize, word_count: usize, bit_count: usize) {
    let mut random = Random(seed);
    let mut seen = [0; 2];
    for round in 0..rounds {
        let big_endian = random.below(2) == 0;
        let all = [NR, ARCH, LOW, HIGH, LOW + 40, HIGH + 40];
        let words: Vec<u32> = (0..word_count).map(|_| random.one_of(&all)).collect();
        let mut words = words;
        words.sort_unstable();
        words.dedup();
        let mut bits: Vec<u32> = (0..bit_count).map(|_| random.below(32) as u32).collect();
        bits.push(31);
        let parts = parts(&bits);
        let one = program(&mut random, &words, &parts);
        let other = if random.below(3) == 0 {
            program(&mut random, &words, &parts)
        } else {
            changed(&mut random, &one, &parts)
        };
        let want = by_trying([&one, &other], &words, &parts, big_endian);
        let got = [
            is_subset(&one, &other, big_endian),
            is_subset(&other, &one, big_endian),
        ];
        assert_eq!(got, want, "{round}: {big_endian} {one:x?} {other:x?}");
        if one != other {
            for is_subset in want {
                seen[usize::from(is_subset)] += 1;
            }
        }
    }
    // Both answers were put to the test.
    assert!(seen.iter().all(|&count| count > rounds / 4), "{seen:?}");
}

#[test]
fn one_word() {
    compare(0x1234_5678_9abc_def1, 3000, 1, 3);
}

#[test]
fn two_words() {
    compare(0x0fed_cba9_8765_4321, 300, 2, 1);
}

#[test]
fn three_words() {
    compare(0x0246_8ace_1357_9bdf, 3000, 3, 0);
}
