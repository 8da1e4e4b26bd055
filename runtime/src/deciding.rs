//! Whether the tests of a condition can be passed, and failed: rustc walks all ways through a small program that allows where the condition holds
//! and kills where it doesn't.

use crate::Instruction;
use crate::subset::is_subset;
use crate::uapi::{BPF_RET_K, SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS};

const BIG_ENDIAN: bool = cfg!(target_endian = "big");

const fn ret(action: u32) -> [Instruction; 1] {
    [Instruction {
        code: BPF_RET_K,
        jt: 0,
        jf: 0,
        k: action,
    }]
}

/// Whether the program allows no call.
#[must_use]
pub const fn never_allows(program: &[Instruction]) -> bool {
    is_subset(program, &ret(SECCOMP_RET_KILL_PROCESS), BIG_ENDIAN)
}

/// Whether the program allows every call.
#[must_use]
pub const fn always_allows(program: &[Instruction]) -> bool {
    is_subset(&ret(SECCOMP_RET_ALLOW), program, BIG_ENDIAN)
}

/// A condition, as a program.
///
/// # Panics
///
/// With `never` where it never holds, with `always`, unless that is empty, where it always does.
#[track_caller]
pub const fn decides(program: &[Instruction], never: &str, always: &str) {
    if never_allows(program) {
        panic!("{}", never);
    }
    if !always.is_empty() && always_allows(program) {
        panic!("{}", always);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uapi::{BPF_ALU_AND_K, BPF_JMP_JGE_K, BPF_LD_W_ABS, SECCOMP_DATA_ARGS};
    use std::panic::catch_unwind;
    use std::string::String;

    /// `x & mask >= least`.
    fn masked(mask: u32, least: u32) -> [Instruction; 5] {
        let op = |code, jf, k| Instruction { code, jt: 0, jf, k };
        [
            op(BPF_LD_W_ABS, 0, SECCOMP_DATA_ARGS),
            op(BPF_ALU_AND_K, 0, mask),
            op(BPF_JMP_JGE_K, 1, least),
            op(BPF_RET_K, 0, SECCOMP_RET_ALLOW),
            op(BPF_RET_K, 0, SECCOMP_RET_KILL_PROCESS),
        ]
    }

    #[test]
    fn what_never_or_always_holds_is_told() {
        let told = |program: [Instruction; 5], always: &'static str| {
            let payload = catch_unwind(move || decides(&program, "never", always)).err()?;
            Some(payload.downcast_ref::<String>().expect("a text").clone())
        };
        assert_eq!(told(masked(0xf, 8), "always"), None);
        assert_eq!(told(masked(0xf, 0xf), "always"), None);
        assert_eq!(told(masked(0xf, 0x10), "always").as_deref(), Some("never"));
        assert_eq!(told(masked(0xf, 0), "always").as_deref(), Some("always"));
        assert_eq!(told(masked(0xf, 0), ""), None);
    }
}
