//! Whether the tests of a condition can be passed, and failed: rustc walks all ways through a small program that allows where the condition holds
//! and kills where it doesn't.

use crate::Instruction;
use crate::subset::outcomes;

/// Whether the program allows no call.
#[must_use]
pub const fn never_allows(program: &[Instruction]) -> bool {
    !outcomes(program).allows
}

/// Whether the program allows every call.
#[must_use]
pub const fn always_allows(program: &[Instruction]) -> bool {
    !outcomes(program).denies
}

/// A condition, as a program.
///
/// # Panics
///
/// With `never` where it never holds, with `always`, unless that is empty, where it always does.
#[track_caller]
pub const fn decides(program: &[Instruction], never: &str, always: &str) {
    let found = outcomes(program);
    if !found.allows {
        panic!("{}", never);
    }
    if !found.denies && !always.is_empty() {
        panic!("{}", always);
    }
}

/// What is forbidden and let in, as a program that allows it.
///
/// # Panics
///
/// With `open` where there is such a call, with `unclear` where it takes more room than there is to find out.
#[track_caller]
pub const fn keeps_out(program: &[Instruction], open: &str, unclear: &str) {
    let found = outcomes(program);
    if found.gave_up {
        panic!("{}", unclear);
    }
    if found.allows {
        panic!("{}", open);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uapi::{
        BPF_ALU_AND_K, BPF_JMP_JEQ_K, BPF_JMP_JGE_K, BPF_JMP_JSET_K, BPF_LD_W_ABS, BPF_RET_K,
        SECCOMP_DATA_ARGS, SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS,
    };
    use std::panic::catch_unwind;
    use std::string::String;
    use std::vec::Vec;

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

    #[test]
    fn what_is_let_in_is_told() {
        let told = |program: Vec<Instruction>| {
            let payload = catch_unwind(move || keeps_out(&program, "open", "unclear")).err()?;
            Some(payload.downcast_ref::<String>().expect("a text").clone())
        };
        assert_eq!(told(masked(0xf, 0x10).to_vec()), None);
        assert_eq!(told(masked(0xf, 0xf).to_vec()).as_deref(), Some("open"));
        // A test of each bit, and every one doubles the ways.
        let op = |code, jt, k| Instruction { code, jt, jf: 0, k };
        let bits = (0..5).flat_map(|word: u32| {
            let load = op(BPF_LD_W_ABS, 0, SECCOMP_DATA_ARGS + 4 * word);
            let tests = (0..u32::BITS).map(move |bit| [op(BPF_JMP_JSET_K, 1, 1 << bit), load]);
            [load]
                .into_iter()
                .chain(tests.flatten())
                .collect::<Vec<_>>()
        });
        let mut many: Vec<Instruction> = bits.collect();
        many.push(op(BPF_RET_K, 0, SECCOMP_RET_KILL_PROCESS));
        assert_eq!(told(many).as_deref(), Some("unclear"));
        // Lists of several arguments one behind the other: the values of each go with all of the next, and there is no call that is let in.
        let list = |word: u32, length: u32, to_end: usize| {
            let load = op(BPF_LD_W_ABS, 0, SECCOMP_DATA_ARGS + 4 * word);
            let left = |value: u32| u8::try_from(length - value).unwrap();
            let tests = (0..length).map(move |value| Instruction {
                code: BPF_JMP_JEQ_K,
                jt: left(value) - 1,
                jf: if value + 1 == length {
                    u8::try_from(to_end).unwrap()
                } else {
                    0
                },
                k: value,
            });
            [load].into_iter().chain(tests).collect::<Vec<_>>()
        };
        let lists = |count: u32, length: u32| {
            let each = usize::try_from(length).unwrap() + 1;
            let lists = (0..count)
                .rev()
                .flat_map(|after| list(after, length, each * usize::try_from(after).unwrap()));
            let mut program: Vec<Instruction> = lists.collect();
            program.push(op(BPF_RET_K, 0, SECCOMP_RET_KILL_PROCESS));
            program
        };
        assert_eq!(told(lists(3, 12)), None);
        assert_eq!(told(lists(8, 12)).as_deref(), Some("unclear"));
    }
}
