//! A const interpreter of the instructions that our programs consist of: what the kernel will answer.

use core::fmt;

use crate::uapi::{
    AUDIT_ARCH_64BIT, BPF_ALU_AND_K, BPF_ALU_XOR_K, BPF_JMP_JA, BPF_JMP_JEQ_K, BPF_JMP_JGE_K,
    BPF_JMP_JGT_K, BPF_JMP_JSET_K, BPF_LD_W_ABS, BPF_RET_K, MAX_ERRNO, SECCOMP_DATA_ARCH,
    SECCOMP_DATA_ARGS, SECCOMP_DATA_NR, SECCOMP_DATA_SIZE, SECCOMP_RET_DATA,
    SECCOMP_RET_KILL_PROCESS,
};
use crate::{Action, Errno, Instruction};

/// What a policy does with one call.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decision(u32);

impl Decision {
    pub(crate) const fn from_return_value(value: u32) -> Decision {
        Decision(value)
    }

    /// The program's return value: the action in the upper half, its data in the lower.
    #[must_use]
    pub const fn return_value(self) -> u32 {
        self.0
    }

    /// The action.
    #[must_use]
    pub const fn action(self) -> Action {
        Action::from_return_value(self.0)
    }

    /// The action's data: the errno, or what `trap` and `trace` hand over.
    #[must_use]
    pub const fn data(self) -> u16 {
        // The mask leaves 16 bits.
        (self.0 & SECCOMP_RET_DATA) as u16
    }

    /// The errno that the call fails with; `None` where the action isn't [`Action::Errno`].
    #[must_use]
    pub const fn errno(self) -> Option<u16> {
        match self.action() {
            Action::Errno if self.data() > MAX_ERRNO => Some(MAX_ERRNO),
            Action::Errno => Some(self.data()),
            _ => None,
        }
    }

    /// Whether the call goes on without asking anybody: `allow`, `log`.
    #[must_use]
    pub const fn is_allowed(self) -> bool {
        matches!(self.action(), Action::Allow | Action::Log)
    }

    /// Whether the call can't go on: `errno`, `trap`, `kill_thread`, `kill_process`.
    ///
    /// `trace` and `notify` leave it to somebody else: they are neither allowed nor denied.
    #[must_use]
    pub const fn is_denied(self) -> bool {
        matches!(
            self.action(),
            Action::Errno | Action::Trap | Action::KillThread | Action::KillProcess
        )
    }

    /// Whether the action is `log`. What else reaches the log depends on the flags and the kernel's settings:
    /// [`will_be_logged`](crate::will_be_logged).
    #[must_use]
    pub const fn is_logged(self) -> bool {
        matches!(self.action(), Action::Log)
    }
}

/// The kernel's name of the action, with its data where it has some: `errno(EPERM (1))`, `trap(7)`.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = self.action();
        match action {
            Action::Errno => match self.errno().and_then(|raw| Errno::new(i32::from(raw))) {
                Some(errno) => write!(f, "{action}({errno})"),
                None => write!(f, "{action}(0)"),
            },
            Action::Trap | Action::Trace if self.data() != 0 => {
                write!(f, "{action}({})", self.data())
            }
            _ => write!(f, "{action}"),
        }
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decision({self})")
    }
}

/// What the kernel shows a program: `struct seccomp_data`, without the instruction pointer, which no policy looks at.
#[derive(Clone, Copy)]
pub(crate) struct Data {
    pub(crate) arch: u32,
    pub(crate) nr: u32,
    pub(crate) args: [u64; 6],
    pub(crate) big_endian: bool,
}

impl Data {
    /// A call on this target's byte order. ABIs of 32-bit registers pass 32 bits an argument.
    pub(crate) const fn new(arch: u32, nr: u32, mut args: [u64; 6]) -> Data {
        if arch & AUDIT_ARCH_64BIT == 0 {
            let mut i = 0;
            while i < args.len() {
                args[i] &= u32::MAX as u64;
                i += 1;
            }
        }
        Data {
            arch,
            nr,
            args,
            big_endian: cfg!(target_endian = "big"),
        }
    }

    /// The 32-bit word at `offset`, where there is one that a policy may look at.
    const fn word(&self, offset: u32) -> Option<u32> {
        match offset {
            SECCOMP_DATA_NR => Some(self.nr),
            SECCOMP_DATA_ARCH => Some(self.arch),
            SECCOMP_DATA_ARGS..SECCOMP_DATA_SIZE if offset % 4 == 0 => {
                let at = offset - SECCOMP_DATA_ARGS;
                let arg = self.args[(at / 8) as usize];
                let high_half = (at % 8 == 4) != self.big_endian;
                // Each is one half.
                Some(if high_half {
                    (arg >> 32) as u32
                } else {
                    arg as u32
                })
            }
            _ => None,
        }
    }
}

/// What `program` returns for `data`. A program that the kernel wouldn't load, or that isn't one of ours, kills the process.
pub(crate) const fn run(program: &[Instruction], data: &Data) -> u32 {
    run_watched(program, data).0
}

/// The same, and whether it looked at an argument on the way: where it didn't, it returns that for all arguments.
pub(crate) const fn run_watched(program: &[Instruction], data: &Data) -> (u32, bool) {
    let mut accumulator = 0u32;
    let mut at = 0usize;
    let mut looked = false;
    while at < program.len() {
        let Instruction { code, jt, jf, k } = program[at];
        at += 1;
        let holds = match code {
            BPF_LD_W_ABS => {
                looked |= k >= SECCOMP_DATA_ARGS;
                match data.word(k) {
                    Some(word) => accumulator = word,
                    None => return (SECCOMP_RET_KILL_PROCESS, looked),
                }
                continue;
            }
            BPF_ALU_AND_K => {
                accumulator &= k;
                continue;
            }
            BPF_ALU_XOR_K => {
                accumulator ^= k;
                continue;
            }
            BPF_RET_K => return (k, looked),
            BPF_JMP_JA => {
                // Saturating: an offset beyond any program leaves the loop.
                at = at.saturating_add(k as usize);
                continue;
            }
            BPF_JMP_JEQ_K => accumulator == k,
            BPF_JMP_JGT_K => accumulator > k,
            BPF_JMP_JGE_K => accumulator >= k,
            BPF_JMP_JSET_K => accumulator & k != 0,
            _ => return (SECCOMP_RET_KILL_PROCESS, looked),
        };
        at += if holds { jt as usize } else { jf as usize };
    }
    (SECCOMP_RET_KILL_PROCESS, looked)
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;
    use crate::uapi::{SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_LOG};

    const ARCH: u32 = 0xc000_003e;
    const I386: u32 = 0x4000_0003;
    const EPERM: u32 = SECCOMP_RET_ERRNO | 1;

    const fn op(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
        Instruction { code, jt, jf, k }
    }

    const fn ret(k: u32) -> Instruction {
        op(BPF_RET_K, 0, 0, k)
    }

    const fn call(nr: u32, args: [u64; 6]) -> Data {
        Data {
            arch: ARCH,
            nr,
            args,
            big_endian: false,
        }
    }

    /// allow nr 1, log 2..=4, else EPERM; foreign is killed
    const BY_NUMBER: [Instruction; 10] = [
        op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_ARCH),
        op(BPF_JMP_JEQ_K, 1, 0, ARCH),
        ret(SECCOMP_RET_KILL_PROCESS),
        op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_NR),
        op(BPF_JMP_JEQ_K, 3, 0, 1),
        op(BPF_JMP_JGT_K, 1, 0, 4),
        op(BPF_JMP_JGE_K, 2, 0, 2),
        ret(EPERM),
        ret(SECCOMP_RET_ALLOW),
        ret(SECCOMP_RET_LOG),
    ];

    // It is const: what users assert at build time.
    const _: () = assert!(run(&BY_NUMBER, &call(1, [0; 6])) == SECCOMP_RET_ALLOW);

    #[test]
    fn numbers_and_arch() {
        for nr in 0..10 {
            let expected = match nr {
                1 => SECCOMP_RET_ALLOW,
                2..=4 => SECCOMP_RET_LOG,
                _ => EPERM,
            };
            assert_eq!(run(&BY_NUMBER, &call(nr, [0; 6])), expected, "{nr}");
        }
        let foreign = Data {
            arch: I386,
            ..call(1, [0; 6])
        };
        assert_eq!(run(&BY_NUMBER, &foreign), SECCOMP_RET_KILL_PROCESS);
        assert_eq!(run(&BY_NUMBER, &call(u32::MAX, [0; 6])), EPERM);
    }

    /// Loads the word at `offset` and allows if it is `k`.
    const fn word_is(offset: u32, k: u32) -> [Instruction; 4] {
        [
            op(BPF_LD_W_ABS, 0, 0, offset),
            op(BPF_JMP_JEQ_K, 0, 1, k),
            ret(SECCOMP_RET_ALLOW),
            ret(EPERM),
        ]
    }

    #[test]
    fn halves_of_arguments_in_both_byte_orders() {
        let mut args = [0; 6];
        for (i, arg) in (0u64..).zip(&mut args) {
            *arg = ((0x100 + i) << 32) | (0x200 + i);
        }
        for i in 0..6u32 {
            for big_endian in [false, true] {
                let data = Data {
                    big_endian,
                    ..call(0, args)
                };
                let (low, high) = if big_endian { (4, 0) } else { (0, 4) };
                let base = SECCOMP_DATA_ARGS + 8 * i;
                assert_eq!(
                    run(&word_is(base + low, 0x200 + i), &data),
                    SECCOMP_RET_ALLOW
                );
                assert_eq!(
                    run(&word_is(base + high, 0x100 + i), &data),
                    SECCOMP_RET_ALLOW
                );
            }
        }
    }

    #[test]
    fn arithmetic_and_bit_tests() {
        let masked = [
            op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_NR),
            op(BPF_ALU_AND_K, 0, 0, 0xff),
            op(BPF_ALU_XOR_K, 0, 0, 0x8000_0000),
            op(BPF_JMP_JEQ_K, 0, 1, 0x8000_0034),
            ret(SECCOMP_RET_ALLOW),
            ret(EPERM),
        ];
        assert_eq!(run(&masked, &call(0x1234, [0; 6])), SECCOMP_RET_ALLOW);
        assert_eq!(run(&masked, &call(0x1235, [0; 6])), EPERM);
        let any_bit = [
            op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_NR),
            op(BPF_JMP_JSET_K, 0, 1, 6),
            ret(SECCOMP_RET_ALLOW),
            ret(EPERM),
        ];
        assert_eq!(run(&any_bit, &call(4, [0; 6])), SECCOMP_RET_ALLOW);
        assert_eq!(run(&any_bit, &call(9, [0; 6])), EPERM);
    }

    #[test]
    fn long_jumps() {
        let mut program = [ret(EPERM); 400];
        program[0] = op(BPF_JMP_JA, 0, 0, 398);
        program[399] = ret(SECCOMP_RET_ALLOW);
        assert_eq!(run(&program, &call(0, [0; 6])), SECCOMP_RET_ALLOW);
    }

    #[test]
    fn a_bad_program_kills() {
        let programs: [&[Instruction]; 8] = [
            &[],
            &[op(BPF_JMP_JA, 0, 0, u32::MAX), ret(SECCOMP_RET_ALLOW)],
            &[op(BPF_JMP_JEQ_K, 255, 255, 0), ret(SECCOMP_RET_ALLOW)],
            &[op(0xffff, 0, 0, 0), ret(SECCOMP_RET_ALLOW)],
            &[
                op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_SIZE),
                ret(SECCOMP_RET_ALLOW),
            ],
            &[op(BPF_LD_W_ABS, 0, 0, 17), ret(SECCOMP_RET_ALLOW)],
            // the instruction pointer, which we don't know
            &[op(BPF_LD_W_ABS, 0, 0, 8), ret(SECCOMP_RET_ALLOW)],
            &[op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_NR)],
        ];
        for program in programs {
            assert_eq!(
                run(program, &call(0, [0; 6])),
                SECCOMP_RET_KILL_PROCESS,
                "{program:?}"
            );
        }
    }

    #[test]
    fn abis_of_32_bit_registers_pass_32_bits() {
        assert_eq!(
            Data::new(I386, 0, [u64::MAX; 6]).args,
            [u64::from(u32::MAX); 6]
        );
        assert_eq!(Data::new(ARCH, 0, [u64::MAX; 6]).args, [u64::MAX; 6]);
    }

    #[test]
    fn decisions() {
        let errno = Decision::from_return_value(SECCOMP_RET_ERRNO | 0xffff);
        assert_eq!(errno.errno(), Some(MAX_ERRNO), "as the kernel clamps it");
        assert!(errno.is_denied() && !errno.is_allowed() && !errno.is_logged());
        assert_eq!(
            Decision::from_return_value(EPERM).to_string(),
            "errno(EPERM (1))"
        );
        let log = Decision::from_return_value(SECCOMP_RET_LOG);
        assert!(log.is_allowed() && log.is_logged() && !log.is_denied());
        assert_eq!(log.errno(), None);
        let trace = Decision::from_return_value(Action::Trace.return_value() | 7);
        assert!(!trace.is_allowed() && !trace.is_denied());
        assert_eq!((trace.data(), trace.to_string().as_str()), (7, "trace(7)"));
        let kill = Decision::from_return_value(SECCOMP_RET_KILL_PROCESS);
        assert_eq!(
            (kill.action(), kill.to_string().as_str()),
            (Action::KillProcess, "kill_process")
        );
    }
}
