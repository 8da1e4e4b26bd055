//! What is dangerous but may be meant: an error that a waiver lifts.

use crate::diagnostic::Report;
use crate::nearest::did_you_mean_or_all;
use crate::policy::{Pattern, Waiver};
use crate::token::Span;

macro_rules! lints {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal,)*) => {
        /// A lint, as `waive(…)` names it.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Lint {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Lint {
            /// All of them.
            pub const ALL: &'static [Lint] = &[$(Lint::$variant),*];

            /// Its name in a policy.
            pub fn name(self) -> &'static str {
                match self { $(Lint::$variant => $name,)* }
            }

            /// What it is about.
            pub fn explanation(self) -> &'static str {
                match self { $(Lint::$variant => concat!($($doc),+),)* }
            }
        }
    };
}

lints! {
    /// A policy under which the process can't end: exit_group is denied, or what std calls before it kills.
    NoExit "no_exit",
    /// A trap whose handler can't return, since rt_sigreturn is denied.
    TrapWithoutSigreturn "trap_without_sigreturn",
    /// A policy that allows by default and leaves the foreign ABIs open, through which every rule is walked around.
    OpenForeign "open_foreign",
    /// A replacement after `or` that is freer than the action it replaces.
    LooserFallback "looser_fallback",
    /// A process that may still gain privileges by exec.
    KeepPrivs "keep_privs",
    /// A filter on a function that isn't main stacks at each call and outlives it.
    Stacks "stacks",
    /// A cast that leaves bits out of the comparison: a caller sets them as it likes.
    NarrowingCast "narrowing_cast",
    /// A cast that compares bits the kernel ignores: a caller sets them as it likes, and slips past the rule.
    WideningCast "widening_cast",
    /// An argument by its place, which the kernel ignores, or which is another argument on this arch than on most.
    ArgumentPlace "argument_place",
    /// An argument that carries flags compared as a whole where that denies, or under a mask that has some of them: one more flag makes
    /// another value of it.
    FlagEquality "flag_equality",
    /// A call that does what another one does, which is conditioned, denied, forbidden or left to a listener, and is open.
    Equivalent "equivalent",
    /// An errno other than ENOSYS for a call that libc tries before an older one which is open, or for whatever newer kernels have: libc falls back
    /// upon ENOSYS alone.
    NoFallback "no_fallback",
    /// io_uring open under a policy that restricts: a ring does its I/O past any filter.
    IoUring "io_uring",
    /// A plain ioctl under a policy that restricts: TIOCSTI and TIOCLINUX type into the terminal, and every driver has its own.
    Ioctl "ioctl",
    /// ptrace open under a policy that restricts: it makes other processes do what this one may not.
    Ptrace "ptrace",
    /// prctl named plainly under a policy that restricts: it makes the process dumpable, traceable, and more.
    Prctl "prctl",
    /// seccomp named plainly under a policy that restricts: whoever takes the program over adds filters of its own. `@install` says
    /// that it is meant.
    Seccomp "seccomp",
    /// A rule that denies what the vDSO answers without a call, so that no filter sees it.
    Vdso "vdso",
    /// A policy that kills what the kernel calls on the program's behalf, the return from a signal handler and going on after a stop, or
    /// answers that return with an errno.
    NoResume "no_resume",
    /// A thread that is killed leaves its locks held, and the process hanging.
    KillThread "kill_thread",
    /// A trap whose handler the program can replace, since rt_sigaction is open.
    ReplaceableHandler "replaceable_handler",
    /// A policy under whose killing default a panic dies before it has said anything.
    SilentPanic "silent_panic",
    /// Numbers that no kernel of the baseline has are let through by a policy that restricts.
    OpenUnknown "open_unknown",
    /// A debug build that is freer than `log`, so that nothing of the policy shows while developing.
    LooserDebug "looser_debug",
}

impl Lint {
    /// How to say that it is meant.
    pub fn hint(self) -> String {
        format!("; if it is meant, add `waive({}: \"why\")`", self.name())
    }
}

/// The waivers of a policy, and which of them had an effect.
pub(crate) struct Waivers<'p> {
    waivers: &'p [Waiver],
    used: Vec<bool>,
}

impl<'p> Waivers<'p> {
    pub(crate) fn new(waivers: &'p [Waiver]) -> Waivers<'p> {
        Waivers {
            waivers,
            used: vec![false; waivers.len()],
        }
    }

    /// Reports `message` unless a waiver lifts the lint, for all of the policy or for the rule it is about.
    pub(crate) fn lint(
        &mut self,
        lint: Lint,
        rule: Option<&Pattern>,
        span: Span,
        message: &str,
        report: &mut Report,
    ) {
        if !self.lifts(lint, rule) {
            report.error(span, format!("{message}{}", lint.hint()));
        }
    }

    /// Whether a waiver lifts the lint, which then has had its effect.
    pub(crate) fn lifts(&mut self, lint: Lint, rule: Option<&Pattern>) -> bool {
        let name = lint.name();
        let mut waived = false;
        for (waiver, used) in self.waivers.iter().zip(&mut self.used) {
            let rule_fits = match (&waiver.rule, rule) {
                (None, _) => true,
                (Some(wanted), Some(rule)) => wanted.text == rule.text,
                (Some(_), None) => false,
            };
            if waiver.lint.text == name && rule_fits {
                *used = true;
                waived = true;
            }
        }
        waived
    }

    /// Whether each has had its effect, so that there is nothing left to look for on its account.
    pub(crate) fn all_used(&self) -> bool {
        self.used.iter().all(|used| *used)
    }

    /// Reports waivers of lints that don't exist or had nothing to lift.
    pub(crate) fn finish(self, report: &mut Report) {
        for (waiver, used) in self.waivers.iter().zip(self.used) {
            let name = &waiver.lint.text;
            if !Lint::ALL.iter().any(|lint| lint.name() == name) {
                let names: Vec<&str> = Lint::ALL.iter().map(|lint| lint.name()).collect();
                let hint = did_you_mean_or_all(name, &names);
                report.error(waiver.lint.span, format!("`{name}` is no lint{hint}"));
            } else if !used {
                report.error(
                    waiver.span,
                    format!("this waiver has no effect: nothing here is `{name}`; take it out"),
                );
            }
        }
    }
}
