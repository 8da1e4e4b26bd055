/// One BPF instruction: the kernel's `struct sock_filter`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instruction {
    /// What to do (`linux/bpf_common.h`).
    pub code: u16,
    /// How many instructions to skip where a comparison holds.
    pub jt: u8,
    /// How many instructions to skip where it doesn't.
    pub jf: u8,
    /// The operand: an offset to load from, a value to compare with, or what the program returns.
    pub k: u32,
}
