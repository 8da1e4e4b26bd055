use core::ffi::c_long;
use core::fmt;

use crate::decide::{Data, run};
use crate::line::{Line, show};
use crate::own::{self, Fate};
use crate::private::{Settings, Threads};
use crate::probe::LATER_SET;
use crate::record::{self, Record};
use crate::{Action, ActionSet, Call, Decision, Error, Flags, Instruction, Status};

/// A compiled policy: the program for this target, and how it is to be installed.
///
/// It is made by [`policy!`](crate::policy) (or, for the function below it, by [`#[seccomp]`](macro@crate::seccomp)), in a
/// `static` or a `const`, and never changes. All of it can be looked at while compiling:
///
/// ```
/// # #[cfg(all(feature = "macros", target_os = "linux"))] {
/// use seccomptime::{Policy, nr, policy};
///
/// static WORKER: Policy = policy!(allow(read, write, exit, exit_group, rt_sigreturn));
/// const _: () = assert!(WORKER.decide(nr::EXECVE, [0; 6]).is_denied());
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Policy {
    pub(crate) instructions: &'static [Instruction],
    pub(crate) audit_arch: u32,
    actions: ActionSet,
    /// Those, and what may replace them.
    may_have: ActionSet,
    /// The actions that an install asks the kernel for.
    pub(crate) to_ask: ActionSet,
    /// What the program does to the calls of a later install.
    pub(crate) fate: Fate,
    file: &'static [u8],
    line: u32,
    column: u32,
    text: &'static [u8],
    pub(crate) settings: Settings,
}

/// Where a policy was written, and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// The source file, as the compiler was given it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The policy in its own language; empty where the setting `record` isn't `full`.
    pub text: &'static str,
}

impl Policy {
    pub(crate) const fn new<const N: usize, const F: usize, const T: usize>(
        record: &'static Record<N, F, T>,
        settings: Settings,
    ) -> Policy {
        let actions = returned(&record.instructions);
        let mut settings = settings;
        // For another arch it may notify, or in another kind of build.
        if !actions.contains(Action::Notify) {
            settings.flags = settings.flags.without(Flags::WAIT_KILLABLE);
        }
        let fate = Fate::new(record.audit_arch, &record.instructions);
        Policy {
            instructions: &record.instructions,
            audit_arch: record.audit_arch,
            actions,
            may_have: replaced(actions, settings.fallbacks),
            to_ask: fate.asked_for(actions),
            fate,
            file: &record.file,
            line: record.line,
            column: record.column,
            text: &record.text,
            settings,
        }
    }

    /// The program, as it is handed to the kernel where the kernel has all of its actions.
    #[must_use]
    pub const fn instructions(&self) -> &[Instruction] {
        self.instructions
    }

    /// What the policy does with the call `nr` of this target, made with `args`.
    ///
    /// It runs the very program that is installed. As in the kernel, the number counts in its low 32 bits alone.
    #[must_use]
    pub const fn decide(&self, nr: c_long, args: [u64; 6]) -> Decision {
        // The kernel compares 32 bits, too.
        self.decide_foreign(self.audit_arch, nr as u32, args)
    }

    /// What the policy does with the call `nr` of any ABI that the kernel may accept beside the program's own, such as i386's
    /// under x86_64; `audit_arch` is the kernel's number for it (`AUDIT_ARCH_…` of `linux/audit.h`).
    #[must_use]
    pub const fn decide_foreign(&self, audit_arch: u32, nr: u32, args: [u64; 6]) -> Decision {
        let data = Data::new(audit_arch, nr, args);
        Decision::from_return_value(run(self.instructions, &data))
    }

    /// Whether there is no call, of whatever ABI, number and arguments, that this policy answers with a freer action than `other`
    /// does.
    ///
    /// Actions are compared as [`Action`] orders them. Their data, such as which errno it is, doesn't count; nor do flags and
    /// fallbacks, which aren't part of the program.
    ///
    /// ```
    /// # #[cfg(all(feature = "macros", target_os = "linux"))] {
    /// use seccomptime::{Policy, policy};
    ///
    /// static SERVER: Policy = policy!(allow(@rust-main, @stdio, @files-read));
    /// static WORKER: Policy = policy!(allow(read, write, exit, exit_group, rt_sigreturn));
    /// const _: () = assert!(WORKER.is_subset_of(&SERVER), "a worker that may do more");
    /// const _: () = assert!(!SERVER.is_subset_of(&WORKER));
    /// # }
    /// ```
    ///
    /// It is found out by walking through both programs, not by trying calls: `true` is true of all of them. It is `false` as well where
    /// the walk would need more room than it has: where both programs together make more than 2048 tests on a way, not counting
    /// those whose outcome is clear from the others, or where more than 128 outcomes on a way are still to be walked. Two lists of
    /// a thousand values are within that.
    ///
    /// Two policies of 400 rules are a twentieth of what rustc evaluates without complaint. Lists that aren't searched but tried
    /// one by one (of 64-bit arguments, or under a mask) can be too much from some hundreds of values on, if the two name them in
    /// different order: `#[allow(long_running_const_eval)]` at the constant lets rustc go on. At run time it takes 256 KiB of
    /// stack.
    #[must_use]
    pub const fn is_subset_of(&self, other: &Policy) -> bool {
        crate::subset::is_subset(
            self.instructions,
            other.instructions,
            cfg!(target_endian = "big"),
        )
    }

    /// The kernel's number for the target's ABI (`AUDIT_ARCH_…` of `linux/audit.h`).
    #[must_use]
    pub const fn audit_arch(&self) -> u32 {
        self.audit_arch
    }

    /// What the policy does where none of its rules matches.
    #[must_use]
    pub const fn default_action(&self) -> Decision {
        Decision::from_return_value(self.settings.default)
    }

    /// Where the policy was written, and its text.
    #[must_use]
    pub const fn source(&self) -> Source {
        Source {
            file: record::text(self.file),
            line: self.line,
            column: self.column,
            text: record::text(self.text),
        }
    }

    /// The flags that the filter is to be loaded with.
    #[must_use]
    #[inline]
    pub const fn flags(&self) -> Flags {
        let threads = match self.settings.threads {
            Threads::All => Flags::TSYNC,
            Threads::Calling => Flags::NONE,
        };
        let flags = self.settings.flags.with(threads);
        if !self.actions.contains(Action::Notify) {
            return flags;
        }
        let listening = match self.settings.threads {
            Threads::All => Flags::NEW_LISTENER.with(Flags::TSYNC_ESRCH),
            Threads::Calling => Flags::NEW_LISTENER,
        };
        flags.with(listening)
    }

    /// The actions that the program can return.
    #[must_use]
    #[inline]
    pub const fn actions(&self) -> ActionSet {
        self.actions
    }

    /// Puts the policy in force: for the calling thread and what it spawns from then on, or with `flags(tsync)` for all threads
    /// of the process.
    ///
    /// It asks the kernel what it can do, replaces what the kernel lacks as the policy declares, sets no_new_privs and loads the
    /// filter; after that it calls nothing. There is no way back, and each install adds a filter to those in force.
    ///
    /// No file is opened, with one exception: where the policy can log, `/proc/sys/kernel/seccomp/actions_logged` says whether
    /// that will be seen, and after the load it might be too late to ask. (A kernel that refuses to say what it can do is asked
    /// through `/proc` as well.)
    ///
    /// # Errors
    ///
    /// Nothing is in force, unless another filter was already, where
    /// - the kernel has no filters, or lacks a flag, or lacks an action for which the policy declares no replacement;
    /// - another sandbox refuses to be asked, answers what no kernel would, or refuses the load;
    /// - a filter that this process installed earlier would kill it for asking;
    /// - the policy is that of a [`NotifyPolicy`](crate::NotifyPolicy), whose listener nobody would have;
    /// - no_new_privs can't be set;
    /// - with `flags(tsync)`, another thread has other filters, or (without seccomp(2)) the thread isn't provably alone;
    /// - the kernel refuses to load the program: too many instructions in all filters, too little memory.
    #[inline]
    pub fn install(&self) -> Result<Status, Error> {
        crate::install::install(self)
    }

    /// The calls that every install of it makes: bits, as [`own`] has them.
    #[inline(always)]
    pub(crate) const fn calls(&self) -> u32 {
        let loads = own::flag_bit(self.flags());
        if self.settings.keep_privs {
            loads
        } else {
            loads | own::bit(Call::SetNoNewPrivs)
        }
    }

    /// Whether something may reach the log: by the policy as written, or by what replaces an action.
    #[inline(always)]
    pub(crate) const fn may_log(&self) -> bool {
        self.flags().contains(Flags::LOG) || self.may_have.contains(Action::Log)
    }

    /// Whether it asks for nothing that a kernel with filters on all threads may lack, or not grant.
    #[inline(always)]
    pub(crate) const fn is_plain(&self) -> bool {
        let Settings {
            flags,
            keep_privs,
            report,
            ..
        } = self.settings;
        // `kill_process` is replaced where it is lacking, if need be by itself.
        let lacking = self
            .actions
            .intersection(LATER_SET)
            .without(Action::KillProcess);
        flags.is_empty() && !keep_privs && report.is_none() && lacking.is_empty()
    }

    /// Says the policy's name and place: `main at src/main.rs:3`.
    pub(crate) fn say_place(&self, line: &mut Line) {
        let source = self.source();
        line.text(match self.settings.name {
            "" => "the policy",
            name => name,
        });
        line.text(" at ");
        line.text(source.file);
        line.text(":");
        line.number(source.line);
    }
}

const fn returned(instructions: &[Instruction]) -> ActionSet {
    let mut actions = ActionSet::EMPTY;
    let mut i = 0;
    while i < instructions.len() {
        if instructions[i].code == crate::uapi::BPF_RET_K {
            actions = actions.with(Action::from_return_value(instructions[i].k));
        }
        i += 1;
    }
    actions
}

const fn replaced(actions: ActionSet, fallbacks: &[(u32, u32)]) -> ActionSet {
    let mut all = actions;
    let mut rest = fallbacks;
    while let [(_, to), others @ ..] = rest {
        all = all.with(Action::from_return_value(*to));
        rest = others;
    }
    all
}

/// The policy's text, where the binary holds it, and where it was written.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source().text {
            "" => show(f, |line| self.say_place(line)),
            text => {
                write!(f, "{text} (")?;
                show(f, |line| self.say_place(line))?;
                f.write_str(")")
            }
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("name", &self.settings.name)
            .field("source", &self.source())
            .field("audit_arch", &format_args!("{:#x}", self.audit_arch))
            .field("default", &self.default_action())
            .field("flags", &self.flags())
            .field("instructions", &self.instructions.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;
    use crate::private::{At, RecordKind};
    use crate::uapi::{
        BPF_JMP_JEQ_K, BPF_LD_W_ABS, BPF_RET_K, SECCOMP_DATA_ARCH, SECCOMP_DATA_NR,
        SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_LOG,
    };

    const ARCH: u32 = 0xc000_003e;

    const fn op(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
        Instruction { code, jt, jf, k }
    }

    const PROGRAM: [Instruction; 7] = [
        op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_ARCH),
        op(BPF_JMP_JEQ_K, 0, 4, ARCH),
        op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_NR),
        op(BPF_JMP_JEQ_K, 1, 0, 1),
        op(BPF_RET_K, 0, 0, SECCOMP_RET_LOG),
        op(BPF_RET_K, 0, 0, SECCOMP_RET_ALLOW),
        op(BPF_RET_K, 0, 0, SECCOMP_RET_KILL_PROCESS),
    ];

    const SETTINGS: Settings = Settings {
        name: "main",
        threads: Threads::All,
        default: SECCOMP_RET_LOG,
        flags: Flags::LOG,
        keep_privs: false,
        fallbacks: &[],
        report: None,
        debug: false,
    };

    static RECORD: Record<7, 11, 12> = Record::new(
        RecordKind::Full,
        ARCH,
        PROGRAM,
        At {
            file: "src/main.rs",
            line: 3,
            column: 1,
        },
        *b"allow(write)",
        0,
    );
    static POLICY: Policy = Policy::new(&RECORD, SETTINGS);

    // What users assert while compiling, of a const as of a static.
    const CONST: Policy = POLICY;
    const _: () = assert!(CONST.decide(1, [0; 6]).is_allowed());
    const _: () = assert!(POLICY.decide_foreign(0x4000_0003, 1, [0; 6]).is_denied());

    #[test]
    fn decides_with_its_own_program() {
        assert_eq!(POLICY.decide(1, [0; 6]).action(), Action::Allow);
        assert_eq!(POLICY.decide(2, [0; 6]).action(), Action::Log);
        assert_eq!(
            POLICY.decide(-1, [0; 6]).action(),
            Action::Log,
            "-1 is no foreign call"
        );
        assert_eq!(
            POLICY.decide_foreign(0, 1, [0; 6]).action(),
            Action::KillProcess
        );
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn the_upper_half_of_the_number_does_not_count() {
        assert_eq!(POLICY.decide((7 << 32) | 1, [0; 6]).action(), Action::Allow);
    }

    #[test]
    fn says_what_it_is() {
        assert_eq!(POLICY.instructions(), PROGRAM);
        assert_eq!(POLICY.audit_arch(), ARCH);
        assert_eq!(POLICY.default_action().action(), Action::Log);
        assert_eq!(POLICY.flags(), Flags::TSYNC | Flags::LOG);
        assert_eq!(POLICY.actions().to_string(), "kill_process log allow");
        let Source {
            file,
            line,
            column,
            text,
        } = POLICY.source();
        assert_eq!(
            (file, line, column, text),
            ("src/main.rs", 3, 1, "allow(write)")
        );
    }

    #[test]
    fn shows_its_text_and_its_place() {
        assert_eq!(POLICY.to_string(), "allow(write) (main at src/main.rs:3)");
        let mut nameless = POLICY;
        nameless.settings.name = "";
        nameless.text = b"";
        assert_eq!(nameless.to_string(), "the policy at src/main.rs:3");
        assert!(std::format!("{POLICY:?}").contains("0xc000003e"));
    }
}
