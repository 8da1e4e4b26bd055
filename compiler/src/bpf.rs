//! The instructions, as the kernel numbers them (`linux/filter.h`, `linux/bpf_common.h`), and nothing of
//! policies.

use crate::policy::Action;

/// Load a word of `seccomp_data` into A: `BPF_LD | BPF_W | BPF_ABS`.
pub const LD_W_ABS: u16 = 0x20;
/// Jump ahead by k: `BPF_JMP | BPF_JA`.
pub const JA: u16 = 0x05;
/// Jump if A == k: `BPF_JMP | BPF_JEQ | BPF_K`.
pub const JEQ_K: u16 = 0x15;
/// Jump if A > k, unsigned: `BPF_JMP | BPF_JGT | BPF_K`.
pub const JGT_K: u16 = 0x25;
/// Jump if A >= k, unsigned: `BPF_JMP | BPF_JGE | BPF_K`.
pub const JGE_K: u16 = 0x35;
/// Jump if A & k != 0: `BPF_JMP | BPF_JSET | BPF_K`.
pub const JSET_K: u16 = 0x45;
/// A &= k: `BPF_ALU | BPF_AND | BPF_K`.
pub const AND_K: u16 = 0x54;
/// A ^= k: `BPF_ALU | BPF_XOR | BPF_K`.
pub const XOR_K: u16 = 0xa4;
/// Return k: `BPF_RET | BPF_K`.
pub const RET_K: u16 = 0x06;

/// `offsetof(struct seccomp_data, nr)`.
pub const OFFSET_NR: u32 = 0;
/// `offsetof(struct seccomp_data, arch)`.
pub const OFFSET_ARCH: u32 = 4;
/// `sizeof(struct seccomp_data)`.
pub const DATA_SIZE: u32 = 64;

/// `BPF_MAXINSNS`: the longest program the kernel takes.
pub const MAX_INSTRUCTIONS: usize = 4096;

/// One instruction, its constant perhaps known only to rustc.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// The operation.
    pub code: u16,
    /// How many instructions to skip where a test holds.
    pub jt: u8,
    /// How many instructions to skip where it doesn't.
    pub jf: u8,
    /// The constant.
    pub k: Constant,
}

/// An instruction's constant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Constant {
    /// A number.
    Known(u32),
    /// What the kernel takes for this action.
    Return(Action),
    /// Half of a value that only rustc knows.
    Value(Half),
}

/// 32 bits of a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Half {
    /// Which value.
    pub of: Of,
    /// The upper 32 bits, or the lower.
    pub high: bool,
    /// With the sign bit turned, so that an unsigned comparison orders signed numbers.
    pub flip: bool,
}

/// A value among those of a program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Of {
    /// By its index.
    One(usize),
    /// The `index`-th smallest of a list.
    Sorted {
        /// The list's index.
        list: usize,
        /// The place in the list.
        index: usize,
    },
}

impl Instruction {
    /// An instruction with a known constant.
    pub fn new(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
        Instruction {
            code,
            jt,
            jf,
            k: Constant::Known(k),
        }
    }

    /// An instruction with whatever constant.
    pub fn with(code: u16, jt: u8, jf: u8, k: Constant) -> Instruction {
        Instruction { code, jt, jf, k }
    }

    /// The instruction that ends the program with this action.
    pub fn ret(action: &Action) -> Instruction {
        Instruction {
            code: RET_K,
            jt: 0,
            jf: 0,
            k: Constant::Return(action.clone()),
        }
    }

    /// How many instructions a [`JA`] skips.
    pub fn offset(&self) -> usize {
        let offset = self.known().and_then(|k| usize::try_from(k).ok());
        offset.unwrap_or_default()
    }

    /// The constant, where it is a number.
    pub fn known(&self) -> Option<u32> {
        match self.k {
            Constant::Known(k) => Some(k),
            Constant::Return(_) | Constant::Value(_) => None,
        }
    }
}
