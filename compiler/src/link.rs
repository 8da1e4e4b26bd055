//! Linking a program all of whose values are known: what the runtime's `const fn`s do of the others while a user's crate is compiled. This
//! shares no code with them, and makes the same of every program.
//!
//! Neighbouring numbers of a list become a range. A test that decides nothing, for its mask has no bit in this half of its argument, or
//! for what isn't above 0 is 0, is passed by. What nothing leads to any more is left out.

use crate::bpf::{AND_K, Constant, Instruction, JA, JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS, RET_K};

/// Shorter runs of neighbours are as well off as they are.
const SHORTEST: usize = 3;

/// Links a program whose constants, but those that it returns, are numbers.
pub fn link(mut program: Vec<Instruction>) -> Vec<Instruction> {
    fold_runs(&mut program);
    let start = pass_by(&mut program);
    reached(&program, start)
}

/// Makes ranges of the runs of neighbours.
fn fold_runs(program: &mut [Instruction]) {
    let mut is_entered = vec![false; program.len()];
    for (i, instruction) in program.iter().enumerate() {
        for offset in offsets(instruction).filter(|&offset| offset > 0 || instruction.code == JA) {
            is_entered[i + 1 + offset] = true;
        }
    }
    let mut i = 0;
    while i < program.len() {
        let length = run_length(program, &is_entered, i);
        if length >= SHORTEST {
            fold(&mut program[i..], length);
        }
        i += length.max(1);
    }
}

/// How many instructions from `start` on test for one number after the other and lead to one place; entered at the first alone.
fn run_length(program: &[Instruction], is_entered: &[bool], start: usize) -> usize {
    let goes_on = |i: usize| {
        let (one, next) = (&program[i], &program[i + 1]);
        next.code == JEQ_K
            && one.jf == 0
            && one.jt.checked_sub(1) == Some(next.jt)
            && k(one).checked_add(1) == Some(k(next))
            && !is_entered[i + 1]
    };
    if program[start].code != JEQ_K {
        return 0;
    }
    let rest = start..program.len() - 1;
    1 + rest.take_while(|&i| goes_on(i)).count()
}

/// Makes a range of the run that `program` begins with, where the jumps reach.
fn fold(program: &mut [Instruction], length: usize) {
    let last = &program[length - 1];
    let (least, greatest) = (k(&program[0]), k(last));
    let Ok(no) = u8::try_from(length - 1 + usize::from(last.jf)) else {
        return;
    };
    // The run has more instructions than these two.
    let yes = program[0].jt - 1;
    program[0] = Instruction::new(JGE_K, 0, no, least);
    program[1] = Instruction::new(JGT_K, no - 1, yes, greatest);
}

/// Lets every jump lead to what does the work when control arrives there, and says where the program begins. What is farther than a
/// conditional jump reaches is reached through what it led to.
fn pass_by(program: &mut [Instruction]) -> usize {
    let mut goes_to: Vec<usize> = (0..program.len()).collect();
    for i in (0..program.len()).rev() {
        let next = i + 1;
        let near = |goes_to: &[usize], offset: u8| {
            let direct = goes_to[next + usize::from(offset)];
            u8::try_from(direct - next).unwrap_or(offset)
        };
        let Instruction { code, jt, jf, .. } = program[i];
        let is_0 = k(&program[i]) == 0;
        match code {
            JA => {
                let direct = goes_to[next + program[i].offset()] - next;
                program[i].k = Constant::Known(u32::try_from(direct).unwrap_or(u32::MAX));
            }
            JEQ_K | JGE_K | JGT_K | JSET_K => {
                if code == JSET_K && is_0 {
                    goes_to[i] = goes_to[next + usize::from(jf)];
                }
                program[i].jt = near(&goes_to, jt);
                program[i].jf = near(&goes_to, jf);
                if code == JGT_K && is_0 {
                    let at = next + usize::from(program[i].jf);
                    let other = &program[at];
                    if other.code == JEQ_K && k(other) == 0 {
                        let beyond = goes_to[at + 1 + usize::from(other.jt)];
                        program[i].jf = u8::try_from(beyond - next).unwrap_or(program[i].jf);
                    }
                }
            }
            // A holds 0 then, which may go unsaid where the next thing is to load another word.
            AND_K if is_0 && program[next].code == JEQ_K => {
                let test = &program[next];
                let skip = if k(test) == 0 { test.jt } else { test.jf };
                let target = goes_to[next + 1 + usize::from(skip)];
                if overwrites(&program[target]) {
                    goes_to[i] = target;
                }
            }
            LD_W_ABS if overwrites(&program[goes_to[next]]) => goes_to[i] = goes_to[next],
            _ => {}
        }
    }
    goes_to[0]
}

/// The instructions that control arrives at from `start`.
fn reached(program: &[Instruction], start: usize) -> Vec<Instruction> {
    let mut is_reached = vec![false; program.len()];
    is_reached[start] = true;
    let mut place = Vec::with_capacity(program.len());
    let mut length = 0;
    for (i, instruction) in program.iter().enumerate() {
        place.push(length);
        if is_reached[i] {
            length += 1;
            for offset in offsets(instruction) {
                is_reached[i + 1 + offset] = true;
            }
        }
    }
    let moved = |(i, instruction): (usize, &Instruction)| {
        let nearer = |offset: usize| place[i + 1 + offset] - place[i] - 1;
        // Nothing is farther than it was.
        let near = |offset: u8| u8::try_from(nearer(usize::from(offset))).unwrap_or(offset);
        let mut moved = instruction.clone();
        if moved.code == JA {
            let offset = u32::try_from(nearer(moved.offset()));
            moved.k = Constant::Known(offset.unwrap_or(u32::MAX));
        } else if offsets(instruction).count() == 2 {
            (moved.jt, moved.jf) = (near(moved.jt), near(moved.jf));
        }
        moved
    };
    let instructions = program.iter().enumerate();
    let left = instructions.filter(|(i, _)| is_reached[*i]);
    left.map(moved).collect()
}

/// How far an instruction leads, over how many others, in all ways that it may.
fn offsets(instruction: &Instruction) -> impl Iterator<Item = usize> {
    let (one, other) = match instruction.code {
        RET_K => (None, None),
        JA => (Some(instruction.offset()), None),
        JEQ_K | JGE_K | JGT_K | JSET_K => (
            Some(usize::from(instruction.jt)),
            Some(usize::from(instruction.jf)),
        ),
        _ => (Some(0), None),
    };
    one.into_iter().chain(other)
}

/// Whether an instruction begins by forgetting what A holds.
fn overwrites(instruction: &Instruction) -> bool {
    matches!(instruction.code, LD_W_ABS | RET_K)
}

/// The constant, where it is looked at: nobody asks for what is returned.
fn k(instruction: &Instruction) -> u32 {
    instruction.known().unwrap_or_default()
}
