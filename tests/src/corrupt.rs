//! Programs with one thing wrong.

use std::collections::BTreeSet;

use seccomptime_compiler::bpf::{
    AND_K, Constant, Half, Instruction, JA, JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS, Of, RET_K, XOR_K,
};
use seccomptime_compiler::values::Values;

use crate::values::Random;

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Another operation.
    Code,
    /// Where a test goes that holds.
    JumpTrue,
    /// Where it goes otherwise.
    JumpFalse,
    /// Another number as constant.
    Number,
    /// The other half of a value, or with its sign turned.
    Half,
    /// Another value, or another one of a list.
    Value,
    /// Another action.
    Action,
    /// Two instructions the other way round.
    Swap,
    /// One left out.
    Drop,
    /// One twice.
    Duplicate,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 10] = [
        Kind::Code,
        Kind::JumpTrue,
        Kind::JumpFalse,
        Kind::Number,
        Kind::Half,
        Kind::Value,
        Kind::Action,
        Kind::Swap,
        Kind::Drop,
        Kind::Duplicate,
    ];
}

/// One thing to do to a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Corruption {
    /// Of which kind.
    pub kind: Kind,
    /// The index of the instruction.
    pub at: usize,
    /// What takes its place, where something does.
    pub with: Option<Instruction>,
}

impl Corruption {
    /// The program with this done to it.
    pub fn of(&self, program: &[Instruction]) -> Vec<Instruction> {
        let mut program = program.to_vec();
        match (self.kind, &self.with) {
            (_, Some(with)) => program[self.at] = with.clone(),
            (Kind::Swap, None) => program.swap(self.at, self.at + 1),
            (Kind::Drop, None) => {
                program.remove(self.at);
            }
            (_, None) => program.insert(self.at, program[self.at].clone()),
        }
        program
    }
}

const CODES: [u16; 9] = [
    LD_W_ABS, JA, JEQ_K, JGT_K, JGE_K, JSET_K, AND_K, XOR_K, RET_K,
];
const CONDITIONAL: [u16; 4] = [JEQ_K, JGT_K, JGE_K, JSET_K];

/// Everything that may go wrong with one instruction of a program. Of what is too much to be tried, jumps to everywhere and the constants
/// of everywhere else, `few` are chosen at random.
pub fn corruptions(
    program: &[Instruction],
    values: &Values,
    few: usize,
    random: &mut Random,
) -> Vec<Corruption> {
    let numbers: BTreeSet<u32> = program.iter().filter_map(Instruction::known).collect();
    let others = program.iter().map(|instruction| &instruction.k);
    let actions: BTreeSet<&Constant> = others
        .filter(|k| matches!(k, Constant::Return(_)))
        .collect();
    let source = Source {
        program,
        values,
        few,
        numbers,
        actions,
    };
    (0..program.len())
        .flat_map(|at| source.at(at, random))
        .collect()
}

struct Source<'p> {
    program: &'p [Instruction],
    values: &'p Values,
    few: usize,
    numbers: BTreeSet<u32>,
    actions: BTreeSet<&'p Constant>,
}

impl Source<'_> {
    fn at(&self, at: usize, random: &mut Random) -> Vec<Corruption> {
        let instruction = &self.program[at];
        let left = self.program.len() - at;
        let mut all = Vec::new();
        let mut put = |kind, with: Instruction| {
            if with != *instruction {
                all.push(Corruption {
                    kind,
                    at,
                    with: Some(with),
                });
            }
        };
        for code in CODES {
            put(
                Kind::Code,
                Instruction {
                    code,
                    ..instruction.clone()
                },
            );
        }
        for jt in self.jumps(instruction.code, instruction.jt, left, random) {
            put(
                Kind::JumpTrue,
                Instruction {
                    jt,
                    ..instruction.clone()
                },
            );
        }
        for jf in self.jumps(instruction.code, instruction.jf, left, random) {
            put(
                Kind::JumpFalse,
                Instruction {
                    jf,
                    ..instruction.clone()
                },
            );
        }
        for (kind, k) in self.constants(&instruction.k, random) {
            put(
                kind,
                Instruction {
                    k,
                    ..instruction.clone()
                },
            );
        }
        let rest = [Kind::Swap, Kind::Drop, Kind::Duplicate];
        let next = self.program.get(at + 1);
        let swaps = next.is_some_and(|next| next != instruction);
        let rest = rest.into_iter().filter(|kind| *kind != Kind::Swap || swaps);
        all.extend(rest.map(|kind| Corruption {
            kind,
            at,
            with: None,
        }));
        all
    }

    /// Other ways than `skip`. What is no test has none, and its fields say nothing.
    fn jumps(&self, code: u16, skip: u8, left: usize, random: &mut Random) -> Vec<u8> {
        let near = [skip.saturating_sub(1), skip.saturating_add(1), 0];
        if !CONDITIONAL.contains(&code) {
            return vec![1];
        }
        let reached = u8::try_from(left).unwrap_or(u8::MAX);
        let far = self.some((0..=reached).collect(), random);
        near.into_iter()
            .chain(far)
            .collect::<BTreeSet<u8>>()
            .into_iter()
            .collect()
    }

    fn constants(&self, k: &Constant, random: &mut Random) -> Vec<(Kind, Constant)> {
        match k {
            Constant::Known(k) => {
                let bits = self.some((0..u32::BITS).map(|bit| k ^ 1 << bit).collect(), random);
                let others = self.some(self.numbers.iter().copied().collect(), random);
                let near = [k.wrapping_sub(1), k.wrapping_add(1)];
                let numbers = near.into_iter().chain(bits).chain(others);
                let mut all: Vec<_> = numbers
                    .map(|k| (Kind::Number, Constant::Known(k)))
                    .collect();
                let values = self.some((0..self.values.all.len()).collect(), random);
                all.extend(values.into_iter().map(|index| {
                    let half = Half {
                        of: Of::One(index),
                        high: false,
                        flip: false,
                    };
                    (Kind::Value, Constant::Value(half))
                }));
                all
            }
            Constant::Return(_) => {
                let actions = self.actions.iter().copied().cloned();
                actions.map(|action| (Kind::Action, action)).collect()
            }
            Constant::Value(half) => self.halves(*half, random),
        }
    }

    fn halves(&self, half: Half, random: &mut Random) -> Vec<(Kind, Constant)> {
        let turned = [
            Half {
                high: !half.high,
                ..half
            },
            Half {
                flip: !half.flip,
                ..half
            },
        ];
        let mut others: Vec<Of> = (0..self.values.all.len()).map(Of::One).collect();
        for (list, values) in self.values.lists.iter().enumerate() {
            others.extend((0..=values.values.len()).map(|index| Of::Sorted { list, index }));
        }
        let mut others = self.some(others, random);
        if let Of::Sorted { list, index } = half.of {
            let near = [index.saturating_sub(1), index + 1];
            others.extend(near.map(|index| Of::Sorted { list, index }));
        }
        let turned = turned.map(|half| (Kind::Half, half));
        let others = others
            .into_iter()
            .map(|of| (Kind::Value, Half { of, ..half }));
        let all = turned.into_iter().chain(others);
        let mut all: Vec<_> = all
            .map(|(kind, half)| (kind, Constant::Value(half)))
            .collect();
        all.push((Kind::Number, Constant::Known(0)));
        all
    }

    /// All of a list, or a few.
    fn some<T: Clone>(&self, list: Vec<T>, random: &mut Random) -> Vec<T> {
        if list.len() <= self.few {
            return list;
        }
        (0..self.few).map(|_| random.one(&list)).collect()
    }
}
