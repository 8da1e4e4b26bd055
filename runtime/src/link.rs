//! The last step of compilation, which only rustc can do: once the values of the conditions are known, tests that they make empty are
//! taken out.
//!
//! A 64-bit argument under a mask is two words under two masks, and a small mask has no bit in the upper one. Two shapes come of it:
//!
//! ```text
//! jset 0 ? a : b        always goes on at b
//! and 0, jeq k ? a : b  always goes on at a or b, by whether k is 0
//! ```
//!
//! and a load whose word nobody looks at any more goes with them. Nothing else is changed: what is left does what it did.

use crate::Instruction;
use crate::uapi::{
    BPF_ALU_AND_K, BPF_JMP_JA, BPF_JMP_JEQ_K, BPF_JMP_JGE_K, BPF_JMP_JGT_K, BPF_JMP_JSET_K,
    BPF_LD_W_ABS, BPF_RET_K,
};

/// A program of `N` instructions, of which the first `length` count.
struct Linked<const N: usize> {
    instructions: [Instruction; N],
    length: usize,
}

/// The length of the linked program.
#[must_use]
pub const fn link_length<const N: usize>(draft: &[Instruction; N]) -> usize {
    linked(draft).length
}

/// The linked program, whose length is [`link_length`].
///
/// # Panics
///
/// Where `M` isn't that length.
#[must_use]
pub const fn link<const N: usize, const M: usize>(draft: &[Instruction; N]) -> [Instruction; M] {
    let linked = linked(draft);
    assert!(linked.length == M, "length of a linked program");
    let mut program = [draft[0]; M];
    let mut i = 0;
    while i < M {
        program[i] = linked.instructions[i];
        i += 1;
    }
    program
}

const fn linked<const N: usize>(draft: &[Instruction; N]) -> Linked<N> {
    let goes_to = destinations(draft);
    let mut reached = [false; N];
    reached[goes_to[0]] = true;
    let mut length = 0;
    let mut place = [0; N];
    let mut i = 0;
    while i < N {
        if reached[i] {
            place[i] = length;
            length += 1;
            let Instruction { code, jt, jf, k } = draft[i];
            match code {
                BPF_RET_K => {}
                BPF_JMP_JA => reached[goes_to[i + 1 + k as usize]] = true,
                BPF_JMP_JEQ_K | BPF_JMP_JGE_K | BPF_JMP_JGT_K | BPF_JMP_JSET_K => {
                    reached[goes_to[i + 1 + jt as usize]] = true;
                    reached[goes_to[i + 1 + jf as usize]] = true;
                }
                // What comes next must stay next to it, whatever that leads to.
                _ => reached[i + 1] = true,
            }
        }
        i += 1;
    }
    let mut instructions = *draft;
    let mut i = 0;
    while i < N {
        if reached[i] {
            instructions[place[i]] = moved(draft, i, &goes_to, &place);
        }
        i += 1;
    }
    Linked {
        instructions,
        length,
    }
}

/// The instruction at `i`, as it stands in the linked program. Jumps go forward, and only get shorter.
const fn moved<const N: usize>(
    draft: &[Instruction; N],
    i: usize,
    goes_to: &[usize; N],
    place: &[usize; N],
) -> Instruction {
    let mut instruction = draft[i];
    match instruction.code {
        BPF_JMP_JA => {
            let target = goes_to[i + 1 + instruction.k as usize];
            instruction.k = (place[target] - place[i] - 1) as u32;
        }
        BPF_JMP_JEQ_K | BPF_JMP_JGE_K | BPF_JMP_JGT_K | BPF_JMP_JSET_K => {
            let yes = goes_to[i + 1 + instruction.jt as usize];
            let no = goes_to[i + 1 + instruction.jf as usize];
            instruction.jt = (place[yes] - place[i] - 1) as u8;
            instruction.jf = (place[no] - place[i] - 1) as u8;
        }
        _ => {}
    }
    instruction
}

/// For each instruction, the one that does the work when control arrives there.
const fn destinations<const N: usize>(draft: &[Instruction; N]) -> [usize; N] {
    let mut goes_to = [0; N];
    let mut i = N;
    while i > 0 {
        i -= 1;
        let Instruction { code, jf, k, .. } = draft[i];
        goes_to[i] = i;
        match code {
            BPF_JMP_JSET_K if k == 0 => goes_to[i] = goes_to[i + 1 + jf as usize],
            BPF_ALU_AND_K if k == 0 && draft[i + 1].code == BPF_JMP_JEQ_K => {
                let next = draft[i + 1];
                let skip = if next.k == 0 { next.jt } else { next.jf };
                let target = goes_to[i + 2 + skip as usize];
                // A holds 0 now; that may go unsaid where the next thing is to load another word.
                if overwrites(draft[target].code) {
                    goes_to[i] = target;
                }
            }
            BPF_LD_W_ABS if overwrites(draft[goes_to[i + 1]].code) => {
                goes_to[i] = goes_to[i + 1];
            }
            _ => {}
        }
    }
    goes_to
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
        const LENGTH: usize = link_length(&DRAFT);
        let linked: [Instruction; LENGTH] = link(&DRAFT);
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
        let linked: [Instruction; link_length(&ZERO)] = link(&ZERO);
        assert_eq!(linked.len(), 4);
        assert_eq!(linked[0].k, 16);
        const ONE: [Instruction; 7] = draft(1);
        let linked: [Instruction; link_length(&ONE)] = link(&ONE);
        assert_eq!(linked, [i(BPF_RET_K, 0, 0, 2)]);
    }

    #[test]
    fn a_full_mask_changes_nothing() {
        const DRAFT: [Instruction; 4] = [
            i(BPF_LD_W_ABS, 0, 0, 20),
            i(BPF_JMP_JSET_K, 0, 1, 1),
            i(BPF_RET_K, 0, 0, 1),
            i(BPF_RET_K, 0, 0, 2),
        ];
        let linked: [Instruction; link_length(&DRAFT)] = link(&DRAFT);
        assert_eq!(linked, DRAFT);
    }
}
