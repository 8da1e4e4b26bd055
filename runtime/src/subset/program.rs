//! A program as the walk sees it: places, and what can come of them.

use super::assumptions::{self, Words};
use super::word::Test;
use crate::uapi::{
    BPF_ALU_AND_K, BPF_ALU_XOR_K, BPF_JMP_JA, BPF_JMP_JEQ_K, BPF_JMP_JGE_K, BPF_JMP_JGT_K,
    BPF_JMP_JSET_K, BPF_LD_W_ABS, BPF_MAXINSNS, BPF_RET_K,
};
use crate::{Action, Instruction};

/// The instructions of a program.
#[derive(Clone, Copy)]
pub(super) struct Code<'p>(pub(super) &'p [Instruction]);

/// A program, and of each instruction what it can lead to.
pub(super) struct Program<'p> {
    pub(super) code: Code<'p>,
    /// The freest action, or the strictest.
    actions: [Action; BPF_MAXINSNS],
    /// The words that are loaded, a bit for each.
    loads: [u16; BPF_MAXINSNS],
}

/// Which of the actions that a program can still return counts.
#[derive(Clone, Copy)]
pub(super) enum Extreme {
    Freest,
    Strictest,
}

/// A place in a program, and what A holds there: `(word & mask) ^ turned`. Before the first load that is 0.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) at: usize,
    pub(super) word: u32,
    mask: u32,
    turned: u32,
}

impl Place {
    pub(super) const START: Place = Place {
        at: 0,
        word: 0,
        mask: 0,
        turned: 0,
    };

    pub(super) const fn is(self, other: Place) -> bool {
        self.at == other.at
            && self.word == other.word
            && self.mask == other.mask
            && self.turned == other.turned
    }
}

/// A conditional jump: a test and where its outcomes lead.
#[derive(Clone, Copy)]
pub(super) struct Fork {
    pub(super) test: Test,
    pub(super) holds: usize,
    pub(super) fails: usize,
}

impl<'p> Program<'p> {
    /// The program, which must be one that the kernel would load for its length.
    pub(super) const fn new(instructions: &'p [Instruction], extreme: Extreme) -> Program<'p> {
        let mut program = Program {
            code: Code(instructions),
            actions: [Action::KillProcess; BPF_MAXINSNS],
            loads: [0; BPF_MAXINSNS],
        };
        let mut at = instructions.len();
        // All jumps go forward: what they lead to is known already.
        while at > 0 {
            at -= 1;
            let Instruction { code, jt, jf, k } = instructions[at];
            let next = at + 1;
            let load = if code == BPF_LD_W_ABS {
                assumptions::at_offset(k)
            } else {
                None
            };
            let (yes, no) = match code {
                BPF_JMP_JA => {
                    let to = next.saturating_add(k as usize);
                    (to, to)
                }
                BPF_JMP_JEQ_K | BPF_JMP_JGT_K | BPF_JMP_JGE_K | BPF_JMP_JSET_K => {
                    (next + jt as usize, next + jf as usize)
                }
                BPF_ALU_AND_K | BPF_ALU_XOR_K => (next, next),
                BPF_LD_W_ABS if load.is_some() => (next, next),
                _ => (instructions.len(), instructions.len()),
            };
            let (action, other) = (program.action(yes), program.action(no));
            let is_freer = (action as u8) < other as u8;
            program.actions[at] = match (code, extreme, is_freer) {
                (BPF_RET_K, ..) => Action::from_return_value(k),
                (_, Extreme::Freest, true) | (_, Extreme::Strictest, false) => action,
                (_, Extreme::Freest, false) | (_, Extreme::Strictest, true) => other,
            };
            program.loads[at] = program.loads(yes) | program.loads(no);
            if let Some(word) = load {
                program.loads[at] |= 1 << word;
            }
        }
        program
    }

    /// What can come of the instruction at `at`. Control that leaves the program kills the process, as in `decide`.
    pub(super) const fn action(&self, at: usize) -> Action {
        if at < self.code.0.len() {
            self.actions[at]
        } else {
            Action::KillProcess
        }
    }

    const fn loads(&self, at: usize) -> u16 {
        if at < self.code.0.len() {
            self.loads[at]
        } else {
            0
        }
    }

    /// The words on which it can still depend what comes of the place, a bit for each.
    pub(super) const fn words(&self, place: Place) -> u16 {
        self.loads(place.at) | self.held(place)
    }

    /// The same, of what A holds.
    pub(super) const fn held(&self, place: Place) -> u16 {
        if self.code.is_end(place.at) || place.mask == 0 {
            0
        } else {
            1 << place.word
        }
    }
}

impl Code<'_> {
    pub(super) const fn is_end(self, at: usize) -> bool {
        at >= self.0.len() || self.0[at].code == BPF_RET_K
    }

    /// The next place at which something is decided that isn't clear already: a conditional jump, or the end.
    pub(super) const fn settle<const ROOM: usize>(
        self,
        mut place: Place,
        words: &Words<ROOM>,
    ) -> Place {
        let mut fixed = words.fixed(place.word);
        let mut witness = words.witness(place.word);
        while place.at < self.0.len() {
            let Instruction { code, jt, jf, k } = self.0[place.at];
            let a = (witness & place.mask) ^ place.turned;
            let holds = match code {
                BPF_LD_W_ABS => {
                    let Some(word) = assumptions::at_offset(k) else {
                        place.at = self.0.len();
                        return place;
                    };
                    if word != place.word {
                        fixed = words.fixed(word);
                        witness = words.witness(word);
                    }
                    place = Place {
                        at: place.at + 1,
                        word,
                        mask: u32::MAX,
                        turned: 0,
                    };
                    continue;
                }
                BPF_ALU_AND_K => {
                    place.mask &= k;
                    place.turned &= k;
                    place.at += 1;
                    continue;
                }
                BPF_ALU_XOR_K => {
                    place.turned ^= k;
                    place.at += 1;
                    continue;
                }
                BPF_JMP_JA => {
                    place.at = (place.at + 1).saturating_add(k as usize);
                    continue;
                }
                BPF_JMP_JSET_K if place.mask & k & !fixed == 0 => a & k != 0,
                _ if place.mask & !fixed != 0 => return place,
                BPF_JMP_JEQ_K => a == k,
                BPF_JMP_JGT_K => a > k,
                BPF_JMP_JGE_K => a >= k,
                _ => return place,
            };
            place.at += 1 + if holds { jt as usize } else { jf as usize };
        }
        place
    }

    /// The conditional jump at a settled place; `None` at the end.
    pub(super) const fn fork(self, place: Place) -> Option<Fork> {
        if place.at >= self.0.len() {
            return None;
        }
        let Instruction { code, jt, jf, k } = self.0[place.at];
        let Place { mask, turned, .. } = place;
        let test = match code {
            BPF_JMP_JEQ_K => Test::Equal(mask, k ^ turned),
            // None of the bits is set where all of them are as they are turned; below, the outcomes are swapped.
            BPF_JMP_JSET_K => Test::Equal(mask & k, turned & k),
            BPF_JMP_JGE_K => Test::at_least(mask, turned, k),
            BPF_JMP_JGT_K => match k.checked_add(1) {
                Some(least) => Test::at_least(mask, turned, least),
                None => Test::NEVER,
            },
            _ => return None,
        };
        let next = place.at + 1;
        let (yes, no) = (next + jt as usize, next + jf as usize);
        let (holds, fails) = if code == BPF_JMP_JSET_K {
            (no, yes)
        } else {
            (yes, no)
        };
        Some(Fork { test, holds, fails })
    }
}
