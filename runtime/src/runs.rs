//! Neighbouring numbers in a list that is searched: once the values are known, a run of them is a range.
//!
//! ```text
//! jeq 1 ? yes :                 jge 1 ?     : no
//! jeq 2 ? yes :          →      jgt 4 ? no  : yes
//! jeq 3 ? yes :
//! jeq 4 ? yes : no
//! ```
//!
//! What the two lines leave over is stepped over by nobody, and linking takes it out.

use crate::Instruction;
use crate::uapi::{BPF_JMP_JA, BPF_JMP_JEQ_K, BPF_JMP_JGE_K, BPF_JMP_JGT_K, BPF_JMP_JSET_K};

/// Shorter runs are as well off as they are.
const SHORTEST: usize = 3;

/// Makes ranges of the runs in `program`, and says whether there was one. `room` is as long as the program, and what it holds means
/// nothing: which instructions are jumped to is found out once it matters.
#[must_use]
pub(crate) const fn fold_runs(program: &mut [Instruction], room: &mut [usize]) -> bool {
    let mut is_marked = false;
    let mut has_folded = false;
    let mut i = 0;
    while i + SHORTEST <= program.len() {
        let Instruction { code, jt, jf, k } = program[i];
        if code == BPF_JMP_JEQ_K && jf == 0 && jt > 0 {
            let next = program[i + 1];
            if next.code == BPF_JMP_JEQ_K && next.jt == jt - 1 && next.k > k && next.k - k == 1 {
                if !is_marked {
                    mark_entered(program, room);
                    is_marked = true;
                }
                let length = run_length(program, room, i);
                if length >= SHORTEST {
                    has_folded |= fold(program, i, length);
                }
                i += length - 1;
            }
        }
        i += 1;
    }
    has_folded
}

/// In `room`, for an instruction that is jumped to: a run is entered at its front alone.
const ENTERED: usize = 1;

/// Marks the instructions that are jumped to.
const fn mark_entered(program: &[Instruction], room: &mut [usize]) {
    let mut i = 0;
    while i < program.len() {
        room[i] = 0;
        i += 1;
    }
    let mut i = 0;
    while i < program.len() {
        let Instruction { code, jt, jf, k } = program[i];
        match code {
            BPF_JMP_JA => room[i + 1 + k as usize] = ENTERED,
            BPF_JMP_JEQ_K | BPF_JMP_JGE_K | BPF_JMP_JGT_K | BPF_JMP_JSET_K => {
                // Going on to the next one is how a chain goes.
                if jt > 0 {
                    room[i + 1 + jt as usize] = ENTERED;
                }
                if jf > 0 {
                    room[i + 1 + jf as usize] = ENTERED;
                }
            }
            _ => {}
        }
        i += 1;
    }
}

/// How many instructions from `start` on, at least that one, test for one number after the other and lead to one place.
const fn run_length(program: &[Instruction], room: &[usize], start: usize) -> usize {
    let yes = start + 1 + program[start].jt as usize;
    let mut last = start;
    while program[last].jf == 0 && last + 1 < program.len() {
        let next = program[last + 1];
        let goes_on = next.code == BPF_JMP_JEQ_K
            && program[last].k < u32::MAX
            && next.k == program[last].k + 1
            && room[last + 1] != ENTERED
            && last + 2 + next.jt as usize == yes;
        if !goes_on {
            break;
        }
        last += 1;
    }
    last - start + 1
}

/// Makes a range of the run, where the jumps reach, and says whether they do.
const fn fold(program: &mut [Instruction], start: usize, length: usize) -> bool {
    let last = start + length - 1;
    let no = last + 1 + program[last].jf as usize;
    let yes = start + 1 + program[start].jt as usize;
    let (least, greatest) = (program[start].k, program[last].k);
    if no - start - 1 > u8::MAX as usize {
        return false;
    }
    program[start] = Instruction {
        code: BPF_JMP_JGE_K,
        jt: 0,
        jf: (no - start - 1) as u8,
        k: least,
    };
    program[start + 1] = Instruction {
        code: BPF_JMP_JGT_K,
        jt: (no - start - 2) as u8,
        jf: (yes - start - 2) as u8,
        k: greatest,
    };
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uapi::{BPF_LD_W_ABS, BPF_RET_K};
    use std::vec::Vec;

    const fn i(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
        Instruction { code, jt, jf, k }
    }

    /// A load, a chain over `values`, and the two returns.
    fn chain(values: &[u32]) -> Vec<Instruction> {
        let mut program = std::vec![i(BPF_LD_W_ABS, 0, 0, 16)];
        for (at, value) in values.iter().enumerate() {
            let left = u8::try_from(values.len() - at - 1).unwrap();
            let jf = if left == 0 { 1 } else { 0 };
            program.push(i(BPF_JMP_JEQ_K, left, jf, *value));
        }
        program.extend([i(BPF_RET_K, 0, 0, 1), i(BPF_RET_K, 0, 0, 0)]);
        program
    }

    /// What a program returns for a word.
    fn run(program: &[Instruction], word: u32) -> u32 {
        let mut pc = 0;
        loop {
            let Instruction { code, jt, jf, k } = program[pc];
            let holds = match code {
                BPF_RET_K => return k,
                BPF_JMP_JEQ_K => word == k,
                BPF_JMP_JGE_K => word >= k,
                BPF_JMP_JGT_K => word > k,
                _ => {
                    pc += 1;
                    continue;
                }
            };
            pc += 1 + usize::from(if holds { jt } else { jf });
        }
    }

    fn folded(program: &[Instruction]) -> Vec<Instruction> {
        let mut folded = program.to_vec();
        let has_folded = fold_runs(&mut folded, &mut std::vec![0; program.len()]);
        assert_eq!(has_folded, folded != program);
        folded
    }

    #[test]
    fn runs_become_ranges_and_mean_the_same() {
        for values in [
            &[1, 2, 3, 4, 1030][..],
            &[0, 1, 2],
            &[u32::MAX - 2, u32::MAX - 1, u32::MAX],
            &[5, 7, 8, 9, 10, 12, 20, 21, 22],
            &[3, 15, 16, 38],
            &[7],
        ] {
            let program = chain(values);
            let folded = folded(&program);
            let has_run = values.windows(3).any(|w| w[0] + 2 == w[2]);
            assert_eq!(folded != program, has_run, "{values:?}");
            let edges = values
                .iter()
                .flat_map(|v| [v.wrapping_sub(1), *v, v.wrapping_add(1)]);
            for word in edges.chain([0, 1 << 31]) {
                assert_eq!(run(&folded, word), run(&program, word), "{values:?} {word}");
            }
        }
    }

    #[test]
    fn a_run_that_is_entered_in_the_middle_stays() {
        let mut program = chain(&[1, 2, 3]);
        // Something before it jumps to its second test.
        program.insert(1, i(BPF_JMP_JSET_K, 1, 0, 8));
        assert_eq!(folded(&program), program);
    }

    #[test]
    fn different_ends_are_no_run() {
        let mut program = chain(&[1, 2, 3]);
        program[2].jt += 1;
        assert_eq!(folded(&program), program);
    }
}
