//! What the kernel can tell of a number without running the program.
//!
//! A port of `seccomp_is_const_allow()`, kernel/seccomp.c since 5.11: at install the kernel follows the program once
//! for every number, and gives up at anything that depends on more than number and arch. Where it arrives at
//! "allow", later calls of that number skip the filter. The kernel asks for "allow" alone; this port says which
//! return it arrives at, so that one piece of code also serves the check of what is denied.

use crate::bpf::{
    AND_K, Instruction, JA, JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS, OFFSET_ARCH, OFFSET_NR, RET_K,
};

/// The index of the RET instruction that the kernel's emulator arrives at for this arch and number, or `None` where
/// it gives up. A number of `None` is any: arriving somewhere then shows that the number plays no part.
pub fn emulate(program: &[Instruction], arch: u32, nr: impl Into<Option<u32>>) -> Option<usize> {
    let nr = nr.into();
    let mut accumulator = 0_u32;
    let mut pc = 0_usize;
    while let Some(instruction) = program.get(pc) {
        pc += 1;
        if instruction.code == RET_K {
            return Some(pc - 1);
        }
        let k = instruction.known()?;
        let holds = match instruction.code {
            LD_W_ABS => {
                accumulator = match k {
                    OFFSET_NR => nr?,
                    OFFSET_ARCH => arch,
                    _ => return None,
                };
                continue;
            }
            AND_K => {
                accumulator &= k;
                continue;
            }
            JA => {
                pc = pc.checked_add(usize::try_from(k).ok()?)?;
                continue;
            }
            JEQ_K => accumulator == k,
            JGE_K => accumulator >= k,
            JGT_K => accumulator > k,
            JSET_K => accumulator & k != 0,
            _ => return None,
        };
        let skip = if holds {
            instruction.jt
        } else {
            instruction.jf
        };
        pc += usize::from(skip);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::XOR_K;

    fn i(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
        Instruction::new(code, jt, jf, k)
    }

    #[test]
    fn follows_number_and_arch() {
        let program = [
            i(LD_W_ABS, 0, 0, OFFSET_ARCH),
            i(JEQ_K, 0, 3, 7),
            i(LD_W_ABS, 0, 0, OFFSET_NR),
            i(JSET_K, 1, 0, 0x100),
            i(JGT_K, 1, 0, 5),
            i(RET_K, 0, 0, 1),
            i(RET_K, 0, 0, 2),
        ];
        assert_eq!(emulate(&program, 7, 5), Some(5));
        assert_eq!(emulate(&program, 7, 6), Some(6));
        assert_eq!(emulate(&program, 7, 0x100), Some(5));
        assert_eq!(emulate(&program, 8, 5), Some(5));
        assert_eq!(emulate(&program, 8, None), Some(5));
        assert_eq!(emulate(&program, 7, None), None);
    }

    #[test]
    fn gives_up_where_the_kernel_does() {
        // An argument, an operation it doesn't follow, the program's end.
        let argument = [i(LD_W_ABS, 0, 0, 16), i(RET_K, 0, 0, 0)];
        assert_eq!(emulate(&argument, 0, 0), None);
        let xor = [i(LD_W_ABS, 0, 0, 0), i(XOR_K, 0, 0, 1), i(RET_K, 0, 0, 0)];
        assert_eq!(emulate(&xor, 0, 0), None);
        let end = [i(LD_W_ABS, 0, 0, 0), i(JA, 0, 0, 9)];
        assert_eq!(emulate(&end, 0, 0), None);
        assert_eq!(emulate(&[], 0, 0), None);
    }

    #[test]
    fn masks_and_long_jumps() {
        let program = [
            i(LD_W_ABS, 0, 0, OFFSET_NR),
            i(AND_K, 0, 0, 0xff),
            i(JGE_K, 0, 1, 0x10),
            i(JA, 0, 0, 1),
            i(RET_K, 0, 0, 1),
            i(RET_K, 0, 0, 2),
        ];
        assert_eq!(emulate(&program, 0, 0x1ff), Some(5));
        assert_eq!(emulate(&program, 0, 0x10f), Some(4));
    }
}
