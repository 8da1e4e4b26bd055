//! What must hold of a finished program before it is let out.
//!
//! The instructions are read on their own (`walk`), and so is the policy (`wanted`); both become decision diagrams over the same
//! questions about a call's arguments, and must be the same diagram for every number of every audit arch: nothing is allowed that
//! the policy doesn't allow, nothing refused that it doesn't refuse. No code is shared with what selects, lowers and lays out; where an
//! argument is found is the data's to say, and both ask it.
//!
//! **Why this is enough though the values aren't known yet.** A question compares a word with half of a value that rustc will know.
//! The two diagrams are equal whatever the answers are, so they are equal for the answers that the values lead to. What the answers to
//! different questions have to do with each other is used in one place alone, the search of a list: there it is taken for granted that
//! the values are in order and differ, and the constant functions that sort them check just that. (The lower halves of 64-bit values
//! may be in no order and equal: such lists are not searched, and a program that does is refused.) That a value fits its argument, so
//! that no bit of it is lost in the halves, is checked by constant functions as well; and taking tests out at the end changes nothing
//! but where a mask is known to be empty, an upper half to be 0, or neighbouring numbers of a list to be a range. For a value that is
//! written in figures `known` does what those functions do, and `link` takes the tests out: what they can't vouch for is left to rustc.
//!
//! **Why no number is left out.** A number is looked at in each interval in which nothing tells two numbers apart: neither a comparison
//! of the program nor a rule, a known call or an ABI bit of the policy. A program that asks for a bit of the number or of the audit arch
//! can't be cut into intervals and is refused.

mod bdd;
mod question;
#[cfg(test)]
mod tests;
mod walk;
mod wanted;

use core::fmt;

use crate::arch::Arch;
use crate::bpf::{
    AND_K, Constant, DATA_SIZE, Instruction, JA, JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS,
    MAX_INSTRUCTIONS, RET_K, XOR_K,
};
use crate::emulate::emulate;
use crate::resolve::Names;
use crate::select::Defaults;
use crate::values::Values;

use walk::{Ends, Lost, Memory, Walk};
use wanted::Wanted;

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
    },
    /// The program does something that can't be followed, at this instruction.
    Lost(usize),
    /// A number that decides alone isn't decided by number alone.
    NotByNumber(u32),
    /// There are more ways through the conditions than can be looked at.
    TooMany(u32),
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
            Refusal::Differs { arch, number } => match number {
                Some(number) => write!(
                    f,
                    "number {number:#x} of audit arch {arch:#x} is decided otherwise"
                ),
                None => write!(f, "audit arch {arch:#x} is decided otherwise"),
            },
            Refusal::Lost(index) => write!(f, "instruction {index} makes no sense there"),
            Refusal::NotByNumber(number) => {
                write!(f, "number {number:#x} isn't decided by its number alone")
            }
            Refusal::TooMany(number) => write!(
                f,
                "the conditions for number {number:#x} have too many ways through them"
            ),
        }
    }
}

/// A program, and what it was made for.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'p, 'n> {
    /// The instructions.
    pub program: &'p [Instruction],
    /// The values that their constants are halves of.
    pub values: &'p Values,
    /// The policy's rules.
    pub names: &'p Names<'n>,
    /// What happens where no rule matches.
    pub defaults: &'n Defaults,
    /// The arch.
    pub arch: &'static Arch,
}

/// Proves that the kernel takes the program, that it does what the policy says with every call, and that it decides by number alone
/// whatever the policy decides so.
///
/// # Errors
///
/// The first thing that is wrong.
pub fn prove(claim: &Claim<'_, '_>) -> Result<(), Refusal> {
    let Claim {
        program,
        values,
        names,
        defaults,
        arch,
    } = *claim;
    acceptable(program)?;
    let wanted = Wanted::of(names, defaults, arch);
    let mut ends = Ends::new(program, values);
    let mut memory = Memory::default();
    for number in cells(program, wanted.edges()) {
        let walk = Walk {
            program,
            values,
            arch: arch.audit,
            number: Some(number),
        };
        let too_many = |_| Refusal::TooMany(number);
        let does = walk
            .run(&mut ends, &mut memory)
            .map_err(|lost| match lost {
                Lost::At(index) => Refusal::Lost(index),
                Lost::TooMany => Refusal::TooMany(number),
            })?;
        let wants = wanted.number(number, &mut ends).map_err(too_many)?;
        if does != wants {
            return Err(Refusal::Differs {
                arch: arch.audit,
                number: Some(number),
            });
        }
        // The kernel finds out by itself what is always allowed, if it can follow the program that far.
        if wanted.by_number(number) && emulate(program, arch.audit, number).is_none() {
            return Err(Refusal::NotByNumber(number));
        }
    }
    for other in cells(program, vec![0, u32::MAX]) {
        if other != arch.audit {
            let differs = Refusal::Differs {
                arch: other,
                number: None,
            };
            // Nothing but the audit arch is asked for.
            if emulate(program, other, None).is_none() {
                return Err(differs);
            }
            let walk = Walk {
                program,
                values,
                arch: other,
                number: None,
            };
            match walk.run(&mut ends, &mut memory) {
                Ok(does) if does == ends.action(wanted.foreign()) => {}
                _ => return Err(differs),
            }
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
