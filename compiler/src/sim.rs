//! A simulator of the kernel's classic BPF machine, for the instructions that are emitted here.
//!
//! ```
//! use seccomptime_compiler::include::NoFiles;
//! use seccomptime_compiler::{Arch, Build, compile, lex, sim};
//!
//! let tokens = lex::lex("allow(read), default = log", 0).unwrap().tokens;
//! let arch = Arch::from_name("x86_64").unwrap();
//! let program = compile(&tokens, arch, Build { debug: false }, &mut NoFiles).unwrap();
//! let call = sim::Call { nr: 0, arch: arch.audit, ..sim::Call::default() };
//! let run = sim::run(&program.instructions, &call, arch.big_endian).unwrap();
//! assert_eq!((run.action.to_string().as_str(), run.executed), ("allow", 5));
//! ```

use crate::bpf::{
    AND_K, Constant, DATA_SIZE, Instruction, JA, JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS, RET_K,
    XOR_K,
};
use crate::policy::Action;

/// `struct seccomp_data`, linux/seccomp.h.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Call {
    /// The number.
    pub nr: u32,
    /// The audit arch.
    pub arch: u32,
    /// Where the call was made.
    pub instruction_pointer: u64,
    /// The arguments.
    pub args: [u64; 6],
}

impl Call {
    /// The word at `offset`, as a machine of that byte order reads it.
    fn word(&self, offset: u32, big_endian: bool) -> Option<u32> {
        let wide = |value: u64, half: u32| {
            let upper = (half == 0) == big_endian;
            let shifted = if upper { value >> 32 } else { value };
            u32::try_from(shifted & u64::from(u32::MAX)).ok()
        };
        if offset % 4 != 0 || offset >= DATA_SIZE {
            return None;
        }
        let (slot, half) = (offset / 8, offset / 4 % 2);
        match slot {
            0 if half == 0 => Some(self.nr),
            0 => Some(self.arch),
            1 => wide(self.instruction_pointer, half),
            _ => wide(*self.args.get(usize::try_from(slot - 2).ok()?)?, half),
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run<'p> {
    /// What the program returned.
    pub action: &'p Action,
    /// How many instructions it took, that return included.
    pub executed: usize,
}

/// Runs a program on a call. `None` is a program that the kernel would not have taken, or one with a constant that only rustc knows.
pub fn run<'p>(program: &'p [Instruction], call: &Call, big_endian: bool) -> Option<Run<'p>> {
    let step = |at: usize| {
        let instruction = program.get(at)?;
        let k = match (&instruction.k, instruction.code) {
            (Constant::Return(_), RET_K) => 0,
            (Constant::Known(k), code) if code != RET_K => *k,
            _ => return None,
        };
        Some((instruction.code, instruction.jt, instruction.jf, k))
    };
    let (end, executed) = follow(step, call, big_endian)?;
    match &program.get(end)?.k {
        Constant::Return(action) => Some(Run { action, executed }),
        _ => None,
    }
}

/// Follows a program, given by its instructions' four fields, to the RET at which it ends: its index, and how many instructions it took.
pub(crate) fn follow(
    step: impl Fn(usize) -> Option<(u16, u8, u8, u32)>,
    call: &Call,
    big_endian: bool,
) -> Option<(usize, usize)> {
    let mut accumulator = 0_u32;
    let mut pc = 0_usize;
    let mut executed = 0;
    loop {
        let (code, jt, jf, k) = step(pc)?;
        pc += 1;
        executed += 1;
        let holds = match code {
            RET_K => return Some((pc - 1, executed)),
            LD_W_ABS => {
                accumulator = call.word(k, big_endian)?;
                continue;
            }
            AND_K => {
                accumulator &= k;
                continue;
            }
            XOR_K => {
                accumulator ^= k;
                continue;
            }
            JA => {
                pc = pc.checked_add(usize::try_from(k).ok()?)?;
                continue;
            }
            JEQ_K => accumulator == k,
            JGT_K => accumulator > k,
            JGE_K => accumulator >= k,
            JSET_K => accumulator & k != 0,
            _ => return None,
        };
        pc += usize::from(if holds { jt } else { jf });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_by_byte_order() {
        let call = Call {
            nr: 1,
            arch: 2,
            instruction_pointer: 0x3_0000_0004,
            args: [0x5_0000_0006, 0, 0, 0, 0, 0x7_0000_0008],
        };
        let words = |big_endian| {
            [0, 4, 8, 12, 16, 20, 56, 60].map(|offset| call.word(offset, big_endian).unwrap())
        };
        assert_eq!(words(false), [1, 2, 4, 3, 6, 5, 8, 7]);
        assert_eq!(words(true), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(call.word(64, false), None);
        assert_eq!(call.word(2, false), None);
    }
}
