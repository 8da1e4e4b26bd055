//! The last step of compilation, which only rustc can do: once the values of the conditions are known, tests that they make empty are
//! taken out.
//!
//! A 64-bit argument under a mask is two words under two masks, and a small mask has no bit in the upper one. Two shapes come of it, and a
//! third of an order, where a small value is 0 in the upper word:
//!
//! ```text
//! jset 0 ? a : b           always goes on at b
//! and 0, jeq k ? a : b     always goes on at a or b, by whether k is 0
//! jgt 0 ? a : jeq 0 ? b :  goes on at a or b: what isn't above 0 is 0
//! ```
//!
//! and a load whose word nobody looks at any more goes with them. Before that, neighbouring numbers in a list become a range
//! ([`fold_runs`]). Nothing else is changed: what is left does what it did.

use crate::Instruction;
use crate::runs::fold_runs;
use crate::uapi::{
    BPF_ALU_AND_K, BPF_JMP_JA, BPF_JMP_JEQ_K, BPF_JMP_JGE_K, BPF_JMP_JGT_K, BPF_JMP_JSET_K,
    BPF_LD_W_ABS, BPF_RET_K,
};

/// A linked program in the room of its draft.
#[derive(Debug)]
pub struct Linked<const N: usize> {
    program: [Instruction; N],
    length: usize,
}

/// Links a draft.
#[must_use]
pub const fn link<const N: usize>(draft: &[Instruction; N]) -> Linked<N> {
    let mut program = *draft;
    let length = link_into(&mut program, &mut [0; N]);
    Linked { program, length }
}

impl<const N: usize> Linked<N> {
    /// How many instructions there are.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// The instructions alone.
    ///
    /// # Panics
    ///
    /// Where there are not `M` of them.
    #[must_use]
    pub const fn program<const M: usize>(&self) -> [Instruction; M] {
        assert!(self.length == M, "length of a linked program");
        match self.program.first_chunk() {
            Some(program) => *program,
            None => panic!("a linked program is no longer than its draft"),
        }
    }
}

/// No place: control never arrives there.
const NOWHERE: usize = usize::MAX;
/// A place to be given yet.
const SOMEWHERE: usize = usize::MAX - 1;

/// Links a draft, all of whose instructions control arrives at, where it stands: the linked program is the front of `program`, as long as
/// is returned. `room` is as long as the draft, and what it holds means nothing.
///
/// rustc evaluates this step by step, so each step over the program is one loop without calls, and ends as soon as there is nothing to do.
#[must_use]
pub const fn link_into(program: &mut [Instruction], room: &mut [usize]) -> usize {
    let has_folded = fold_runs(program, room);
    let has_passed = pass_by(program, room);
    if !has_folded && !has_passed {
        return program.len();
    }
    let start = room[0];
    let length = give_places(program, start, room);
    move_up(program, room);
    length
}

/// Lets every jump lead to what does the work when control arrives there, which `goes_to` has for each instruction, and says whether any
/// has changed. All jumps go forward.
///
/// What is taken out brings things nearer, but to step over it may lead farther than a conditional jump reaches. Then control goes
/// through it, as it did.
const fn pass_by(program: &mut [Instruction], goes_to: &mut [usize]) -> bool {
    let farthest = u8::MAX as usize;
    let mut has_changed = false;
    let mut i = program.len();
    while i > 0 {
        i -= 1;
        goes_to[i] = i;
        let Instruction { code, jt, jf, k } = program[i];
        match code {
            BPF_RET_K => {}
            BPF_JMP_JEQ_K | BPF_JMP_JGE_K | BPF_JMP_JGT_K | BPF_JMP_JSET_K => {
                let next = i + 1;
                let yes = goes_to[next + jt as usize] - next;
                if yes != jt as usize && yes <= farthest {
                    program[i].jt = yes as u8;
                    has_changed = true;
                }
                let mut no = goes_to[next + jf as usize] - next;
                if no > farthest {
                    no = jf as usize;
                }
                if k == 0 {
                    if code == BPF_JMP_JSET_K {
                        goes_to[i] = goes_to[next + jf as usize];
                        has_changed = true;
                    } else if code == BPF_JMP_JGT_K {
                        no = without_comparison(program, goes_to, next, no);
                    }
                }
                if no != jf as usize {
                    program[i].jf = no as u8;
                    has_changed = true;
                }
            }
            BPF_JMP_JA => {
                let offset = goes_to[i + 1 + k as usize] - i - 1;
                if offset != k as usize {
                    program[i].k = offset as u32;
                    has_changed = true;
                }
            }
            BPF_ALU_AND_K if k == 0 && program[i + 1].code == BPF_JMP_JEQ_K => {
                let next = program[i + 1];
                let skip = if next.k == 0 { next.jt } else { next.jf };
                let target = goes_to[i + 2 + skip as usize];
                // A holds 0 now; that may go unsaid where the next thing is to load another word.
                if overwrites(program[target].code) {
                    goes_to[i] = target;
                    has_changed = true;
                }
            }
            BPF_LD_W_ABS if overwrites(program[goes_to[i + 1]].code) => {
                goes_to[i] = goes_to[i + 1];
                has_changed = true;
            }
            _ => {}
        }
    }
    has_changed
}

/// How far what isn't above 0 leads, which is 0 and need not be compared with it: `no` after `next`, or beyond the comparison there.
const fn without_comparison(
    program: &[Instruction],
    goes_to: &[usize],
    next: usize,
    no: usize,
) -> usize {
    let at = next + no;
    let Instruction { code, jt, k, .. } = program[at];
    if code == BPF_JMP_JEQ_K && k == 0 {
        let beyond = goes_to[at + 1 + jt as usize] - next;
        if beyond <= u8::MAX as usize {
            return beyond;
        }
    }
    no
}

/// Gives every instruction that control arrives at from `start` its place, and the program's length.
const fn give_places(program: &[Instruction], start: usize, place: &mut [usize]) -> usize {
    let mut i = 0;
    while i < program.len() {
        place[i] = NOWHERE;
        i += 1;
    }
    place[start] = SOMEWHERE;
    let mut length = 0;
    let mut i = 0;
    while i < program.len() {
        if place[i] == SOMEWHERE {
            place[i] = length;
            length += 1;
            let Instruction { code, jt, jf, k } = program[i];
            match code {
                BPF_RET_K => {}
                BPF_JMP_JA => place[i + 1 + k as usize] = SOMEWHERE,
                BPF_JMP_JEQ_K | BPF_JMP_JGE_K | BPF_JMP_JGT_K | BPF_JMP_JSET_K => {
                    place[i + 1 + jt as usize] = SOMEWHERE;
                    place[i + 1 + jf as usize] = SOMEWHERE;
                }
                // What comes next must stay next to it, whatever that leads to.
                _ => place[i + 1] = SOMEWHERE,
            }
        }
        i += 1;
    }
    length
}

/// Puts every instruction into its place. What is next stays next.
const fn move_up(program: &mut [Instruction], place: &[usize]) {
    let mut i = 0;
    while i < program.len() {
        let own = place[i];
        if own != NOWHERE {
            let mut instruction = program[i];
            let Instruction { code, jt, jf, k } = instruction;
            match code {
                BPF_JMP_JA => {
                    instruction.k = (place[i + 1 + k as usize] - own - 1) as u32;
                }
                BPF_JMP_JEQ_K | BPF_JMP_JGE_K | BPF_JMP_JGT_K | BPF_JMP_JSET_K => {
                    if jt > 0 {
                        instruction.jt = (place[i + 1 + jt as usize] - own - 1) as u8;
                    }
                    if jf > 0 {
                        instruction.jf = (place[i + 1 + jf as usize] - own - 1) as u8;
                    }
                }
                _ => {}
            }
            program[own] = instruction;
        }
        i += 1;
    }
}

/// Whether an instruction begins by forgetting what A holds.
const fn overwrites(code: u16) -> bool {
    matches!(code, BPF_LD_W_ABS | BPF_RET_K)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn i(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
        Instruction { code, jt, jf, k }
    }

    #[test]
    fn an_empty_upper_mask_is_taken_out() {
        const DRAFT: [Instruction; 8] = [
            i(BPF_LD_W_ABS, 0, 0, 0),
            i(BPF_JMP_JEQ_K, 0, 4, 9),
            i(BPF_LD_W_ABS, 0, 0, 20),
            i(BPF_JMP_JSET_K, 2, 0, 0),
            i(BPF_LD_W_ABS, 0, 0, 16),
            i(BPF_JMP_JSET_K, 0, 1, 4),
            i(BPF_RET_K, 0, 0, 1),
            i(BPF_RET_K, 0, 0, 2),
        ];
        const LENGTH: usize = link(&DRAFT).length();
        let linked: [Instruction; LENGTH] = link(&DRAFT).program();
        let want = [
            i(BPF_LD_W_ABS, 0, 0, 0),
            i(BPF_JMP_JEQ_K, 0, 2, 9),
            i(BPF_LD_W_ABS, 0, 0, 16),
            i(BPF_JMP_JSET_K, 0, 1, 4),
            i(BPF_RET_K, 0, 0, 1),
            i(BPF_RET_K, 0, 0, 2),
        ];
        assert_eq!(linked[..], want[..]);
    }

    #[test]
    fn an_empty_and_decides_by_its_value() {
        const fn draft(value: u32) -> [Instruction; 7] {
            [
                i(BPF_LD_W_ABS, 0, 0, 20),
                i(BPF_ALU_AND_K, 0, 0, 0),
                i(BPF_JMP_JEQ_K, 0, 3, value),
                i(BPF_LD_W_ABS, 0, 0, 16),
                i(BPF_JMP_JEQ_K, 0, 1, 4),
                i(BPF_RET_K, 0, 0, 1),
                i(BPF_RET_K, 0, 0, 2),
            ]
        }
        const ZERO: [Instruction; 7] = draft(0);
        let linked: [Instruction; link(&ZERO).length()] = link(&ZERO).program();
        assert_eq!(linked.len(), 4);
        assert_eq!(linked[0].k, 16);
        const ONE: [Instruction; 7] = draft(1);
        let linked: [Instruction; link(&ONE).length()] = link(&ONE).program();
        assert_eq!(linked, [i(BPF_RET_K, 0, 0, 2)]);
    }

    #[test]
    fn what_is_not_above_0_is_0() {
        const fn draft(high: u32) -> [Instruction; 7] {
            [
                i(BPF_LD_W_ABS, 0, 0, 20),
                i(BPF_JMP_JGT_K, 4, 0, high),
                i(BPF_JMP_JEQ_K, 0, 2, high),
                i(BPF_LD_W_ABS, 0, 0, 16),
                i(BPF_JMP_JGT_K, 1, 0, 4096),
                i(BPF_RET_K, 0, 0, 1),
                i(BPF_RET_K, 0, 0, 2),
            ]
        }
        const SMALL: [Instruction; 7] = draft(0);
        let linked: [Instruction; link(&SMALL).length()] = link(&SMALL).program();
        let want = [
            i(BPF_LD_W_ABS, 0, 0, 20),
            i(BPF_JMP_JGT_K, 3, 0, 0),
            i(BPF_LD_W_ABS, 0, 0, 16),
            i(BPF_JMP_JGT_K, 1, 0, 4096),
            i(BPF_RET_K, 0, 0, 1),
            i(BPF_RET_K, 0, 0, 2),
        ];
        assert_eq!(linked[..], want[..]);
        const LARGE: [Instruction; 7] = draft(1);
        let linked: [Instruction; link(&LARGE).length()] = link(&LARGE).program();
        assert_eq!(linked, LARGE);
    }

    /// A jump to what is taken out, behind which the way goes on farther than one jump reaches.
    #[test]
    fn a_jump_that_would_not_reach_goes_through() {
        const LENGTH: usize = 404;
        const fn draft(mask: u32) -> [Instruction; LENGTH] {
            let mut draft = [i(BPF_RET_K, 0, 0, 9); LENGTH];
            draft[0] = i(BPF_LD_W_ABS, 0, 0, 0);
            draft[1] = i(BPF_JMP_JEQ_K, 198, 0, 7);
            // Something on the way that can't be taken out.
            let mut at = 2;
            while at < LENGTH - 2 {
                draft[at] = i(BPF_JMP_JGT_K, 0, 0, at as u32);
                at += 1;
            }
            // Around what is taken out, and past where it leads.
            draft[199] = i(BPF_JMP_JGT_K, 3, 3, 0);
            draft[401] = i(BPF_JMP_JGT_K, 1, 1, 0);
            draft[200] = i(BPF_LD_W_ABS, 0, 0, 20);
            draft[201] = i(BPF_JMP_JSET_K, 0, 200, mask);
            draft[202] = i(BPF_RET_K, 0, 0, 1);
            draft[402] = i(BPF_RET_K, 0, 0, 2);
            draft
        }
        const DRAFT: [Instruction; LENGTH] = draft(0);
        const LINKED: [Instruction; link(&DRAFT).length()] = link(&DRAFT).program();
        let answer = |high: u64| {
            let args = [0, 0, high << 32, 0, 0, 0];
            crate::decide::run(
                &LINKED,
                &crate::decide::Data {
                    arch: 0,
                    nr: 7,
                    args,
                    big_endian: false,
                },
            )
        };
        assert_eq!((answer(0), answer(1)), (2, 2));
    }

    #[test]
    fn a_full_mask_changes_nothing() {
        const DRAFT: [Instruction; 4] = [
            i(BPF_LD_W_ABS, 0, 0, 20),
            i(BPF_JMP_JSET_K, 0, 1, 1),
            i(BPF_RET_K, 0, 0, 1),
            i(BPF_RET_K, 0, 0, 2),
        ];
        let linked: [Instruction; link(&DRAFT).length()] = link(&DRAFT).program();
        assert_eq!(linked, DRAFT);
    }
}
