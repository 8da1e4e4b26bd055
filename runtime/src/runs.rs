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

/// Makes ranges of the runs in `program`. `entered` is room to work in, as long as the program.
pub const fn fold_runs(program: &mut [Instruction], entered: &mut [bool]) {
    mark_entered(program, entered);
    let mut i = 0;
    while i < program.len() {
        let length = run_length(program, entered, i);
        if length >= SHORTEST {
            fold(program, i, length);
            i += length;
        } else {
            i += 1;
        }
    }
}

/// Marks the instructions that are jumped to: a run is entered at its front alone.
const fn mark_entered(program: &[Instruction], entered: &mut [bool]) {
    let mut i = 0;
    while i < program.len() {
        entered[i] = false;
        i += 1;
    }
    let mut i = 0;
    while i < program.len() {
        let Instruction { code, jt, jf, k } = program[i];
        match code {
            BPF_JMP_JA => entered[i + 1 + k as usize] = true,
            BPF_JMP_JEQ_K | BPF_JMP_JGE_K | BPF_JMP_JGT_K | BPF_JMP_JSET_K => {
                // Going on to the next one is how a chain goes.
                if jt > 0 {
                    entered[i + 1 + jt as usize] = true;
                }
                if jf > 0 {
                    entered[i + 1 + jf as usize] = true;
                }
            }
            _ => {}
        }
        i += 1;
    }
}

/// How many instructions from `start` on test for one number after the other and lead to one place.
const fn run_length(program: &[Instruction], entered: &[bool], start: usize) -> usize {
    let first = program[start];
    if first.code != BPF_JMP_JEQ_K || first.jt == 0 {
        return 0;
    }
    let yes = start + 1 + first.jt as usize;
    let mut last = start;
    while program[last].jf == 0 && last + 1 < program.len() {
        let next = program[last + 1];
        let goes_on = next.code == BPF_JMP_JEQ_K
            && program[last].k < u32::MAX
            && next.k == program[last].k + 1
            && !entered[last + 1]
            && last + 2 + next.jt as usize == yes;
        if !goes_on {
            break;
        }
        last += 1;
    }
    last - start + 1
}

/// Makes a range of the run, where the jumps reach.
const fn fold(program: &mut [Instruction], start: usize, length: usize) {
    let last = start + length - 1;
    let no = last + 1 + program[last].jf as usize;
    let yes = start + 1 + program[start].jt as usize;
    let (least, greatest) = (program[start].k, program[last].k);
    if no - start - 1 > u8::MAX as usize {
        return;
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
        fold_runs(&mut folded, &mut std::vec![false; program.len()]);
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
