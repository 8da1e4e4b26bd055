//! What must hold of a finished program before it is let out.
//!
//! This reads the instructions and the selection on its own: it shares no code with what made the program of it.

use core::fmt;

use crate::bpf::{
    AND_K, Constant, DATA_SIZE, Instruction, JA, JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS,
    MAX_INSTRUCTIONS, RET_K, XOR_K,
};
use crate::emulate::emulate;
use crate::policy::Action;
use crate::select::Selection;

/// Why a program is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The kernel takes no program of this length.
    Length(usize),
    /// The kernel takes no program with this instruction (by index).
    Instruction(usize),
    /// A call is decided otherwise than the policy says.
    Differs {
        /// The audit arch.
        arch: u32,
        /// The number; `None` is any.
        number: Option<u32>,
        /// What the policy says.
        wanted: Action,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Length(length) => write!(
                f,
                "the program has {length} instructions, the kernel takes {MAX_INSTRUCTIONS}"
            ),
            Refusal::Instruction(index) => {
                write!(f, "instruction {index} is none the kernel takes")
            }
            Refusal::Differs {
                arch,
                number,
                wanted,
            } => match number {
                Some(number) => write!(
                    f,
                    "number {number:#x} of audit arch {arch:#x} isn't answered with `{wanted}`"
                ),
                None => write!(f, "audit arch {arch:#x} isn't answered with `{wanted}`"),
            },
        }
    }
}

/// Checks that the kernel takes `program`, and that it decides every number of every audit arch as `selection` does, by
/// number alone.
///
/// # Errors
///
/// The first thing that is wrong.
pub fn prove(program: &[Instruction], selection: &Selection) -> Result<(), Refusal> {
    acceptable(program)?;
    let native = selection.arch.audit;
    let numbers = cells(program, selection.edges());
    for &number in &numbers {
        let decision = selection.decide(number);
        if decision.branches.is_empty() {
            decided(program, native, Some(number), &decision.otherwise)?;
        }
    }
    for arch in cells(program, vec![0, u32::MAX]) {
        if arch != native {
            decided(program, arch, None, selection.foreign())?;
        }
    }
    Ok(())
}

/// One number of every interval in which no test of the program and no edge tells two numbers apart.
fn cells(program: &[Instruction], mut edges: Vec<u32>) -> Vec<u32> {
    for instruction in program {
        if !matches!(instruction.code, JEQ_K | JGE_K | JGT_K) {
            continue;
        }
        if let Some(k) = instruction.known() {
            edges.push(k);
            edges.extend(k.checked_add(1));
            edges.extend(k.checked_sub(1));
        }
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn decided(
    program: &[Instruction],
    arch: u32,
    number: Option<u32>,
    wanted: &Action,
) -> Result<(), Refusal> {
    let found = emulate(program, arch, number).and_then(|at| program.get(at));
    match found.map(|instruction| &instruction.k) {
        Some(Constant::Return(action)) if action == wanted => Ok(()),
        _ => Err(Refusal::Differs {
            arch,
            number,
            wanted: wanted.clone(),
        }),
    }
}

/// The rules of `bpf_check_classic()`, net/core/filter.c, and `seccomp_check_filter()`, kernel/seccomp.c, for the
/// instructions that are emitted here.
fn acceptable(program: &[Instruction]) -> Result<(), Refusal> {
    if program.is_empty() || program.len() > MAX_INSTRUCTIONS {
        return Err(Refusal::Length(program.len()));
    }
    for (index, instruction) in program.iter().enumerate() {
        let refused = Err(Refusal::Instruction(index));
        let left = program.len() - index - 1;
        let ok = match (instruction.code, &instruction.k) {
            (LD_W_ABS, Constant::Known(k)) => *k < DATA_SIZE && k % 4 == 0,
            (JA, Constant::Known(k)) => usize::try_from(*k).is_ok_and(|k| k < left),
            (JEQ_K | JGE_K | JGT_K | JSET_K, Constant::Known(_) | Constant::Value(_)) => {
                usize::from(instruction.jt) < left && usize::from(instruction.jf) < left
            }
            (AND_K | XOR_K, Constant::Known(_) | Constant::Value(_)) => true,
            (RET_K, Constant::Return(_)) => true,
            _ => false,
        };
        if !ok || (left == 0 && instruction.code != RET_K) {
            return refused;
        }
    }
    Ok(())
}
