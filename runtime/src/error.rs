use core::fmt;

use crate::errno::Returned;
use crate::kernel::{Answer, Available};
use crate::line::Line;
use crate::texts::{self, Mark, Said};
use crate::thread_name::ThreadName;
use crate::{Action, Call, Errno, Flags};

/// Why a policy is not in force.
///
/// It shows what was called, what the kernel answered and what that means, in one line; [`hint`](Error::hint) says what to do about it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// The kind and the call.
    pub(crate) said: Said,
    pub(crate) answer: Returned,
    flags: Flags,
    action: Action,
    available: Available,
}

/// What kind of reason an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    // Those that any policy can meet come first, in the order of their texts.
    /// The kernel has no filters.
    NoFilterMode,
    /// The kernel has no seccomp(2), without which a filter covers one thread, and there are others.
    NotAlone,
    /// A thread has other filters than the one that installs, so that this one can't be put on all: [`Error::thread`]. As long as
    /// the thread is there and `/proc` can be read, its name is shown, too.
    Thread,
    /// All filters of a thread together would be more than the kernel takes.
    NoRoom,
    /// The answer is one that the kernel itself doesn't give: another sandbox refuses the call, or makes up a success.
    Sandbox,
    /// A filter that this process installed earlier would kill it for the call, so it wasn't made.
    WouldKill,
    /// The target isn't one with seccomp.
    Unsupported,
    /// The kernel lacks flags that the policy asks for: [`Error::missing_flags`].
    MissingFlags,
    /// The kernel lacks an action, or doesn't say that it has it, and the policy declares nothing in its place:
    /// [`Error::missing_action`].
    MissingAction,
    /// The policy is a [`NotifyPolicy`](crate::NotifyPolicy)'s, and nobody would have its listener.
    NeedsListener,
    /// Without no_new_privs it takes CAP_SYS_ADMIN.
    NoPrivileges,
    /// The policy is for a child and denies `execve`: the child could never start.
    DeniesExec,
}

impl ErrorKind {
    /// All of them.
    pub(crate) const ALL: [ErrorKind; 12] = [
        ErrorKind::NoFilterMode,
        ErrorKind::NotAlone,
        ErrorKind::Thread,
        ErrorKind::NoRoom,
        ErrorKind::Sandbox,
        ErrorKind::WouldKill,
        ErrorKind::Unsupported,
        ErrorKind::MissingFlags,
        ErrorKind::MissingAction,
        ErrorKind::NeedsListener,
        ErrorKind::NoPrivileges,
        ErrorKind::DeniesExec,
    ];
}

impl Error {
    #[inline(always)]
    pub(crate) const fn new(kind: ErrorKind, call: Call, answer: Returned) -> Error {
        texts::seldom();
        Error {
            said: Said::new(kind, call),
            answer,
            flags: Flags::NONE,
            action: Action::Allow,
            available: Available::NOTHING,
        }
    }

    /// The same of the call that has this number in [`Call`].
    #[inline(always)]
    pub(crate) const fn would_kill_for(call: u32) -> Error {
        texts::seldom();
        Error {
            said: Said::would_kill(call),
            ..Error::would_kill(Call::SetModeFilter)
        }
    }

    #[inline(always)]
    pub(crate) const fn would_kill(call: Call) -> Error {
        Error::new(ErrorKind::WouldKill, call, Returned::NOTHING)
    }

    pub(crate) const UNSUPPORTED: Error = Error::new(
        ErrorKind::Unsupported,
        Call::SetModeFilter,
        Returned::NOTHING,
    );

    pub(crate) const NEEDS_LISTENER: Error = Error::new(
        ErrorKind::NeedsListener,
        Call::SetModeFilter,
        Returned::NOTHING,
    );

    /// What an answer to a load means where no_new_privs isn't set.
    pub(crate) fn without_privileges(self) -> Error {
        match self.answer {
            Returned::EACCES => Error {
                said: Said::new(ErrorKind::NoPrivileges, self.said.call()),
                ..self
            },
            _ => self,
        }
    }

    pub(crate) const fn missing_flags_of(flags: Flags, answer: Returned) -> Error {
        Error {
            flags,
            ..Error::new(ErrorKind::MissingFlags, Call::SetModeFilter, answer)
        }
    }

    pub(crate) const fn missing_action_of(
        action: Action,
        available: Available,
        answer: Returned,
    ) -> Error {
        Error {
            action,
            available,
            ..Error::new(ErrorKind::MissingAction, Call::GetActionAvail, answer)
        }
    }

    #[cfg(all(feature = "std", unix))]
    pub(crate) const fn denies_exec(action: Action) -> Error {
        Error {
            action,
            ..Error::new(
                ErrorKind::DeniesExec,
                Call::SetModeFilter,
                Returned::NOTHING,
            )
        }
    }

    /// What kind of reason it is.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.said.kind()
    }

    /// The call that failed, or that wasn't made.
    #[must_use]
    pub const fn call(&self) -> Option<Call> {
        match self.kind() {
            ErrorKind::Unsupported | ErrorKind::DeniesExec | ErrorKind::NeedsListener => None,
            _ => Some(self.said.call()),
        }
    }

    /// The error that the call answered with. None where the call wasn't made, or its answer was a success that it can't be.
    #[must_use]
    pub fn errno(&self) -> Option<Errno> {
        self.answer.result().err()
    }

    /// The thread that has other filters.
    #[must_use]
    pub fn thread(&self) -> Option<i32> {
        match self.kind() {
            ErrorKind::Thread => Some(self.answer.0),
            _ => None,
        }
    }

    /// The flags that the kernel lacks.
    #[must_use]
    pub const fn missing_flags(&self) -> Flags {
        self.flags
    }

    /// The action that the kernel lacks or doesn't tell of, and what it says of each.
    #[must_use]
    pub const fn missing_action(&self) -> Option<(Action, Available)> {
        match self.kind() {
            ErrorKind::MissingAction => Some((self.action, self.available)),
            _ => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        let special = self.special_hint();
        if special.is_empty() {
            texts::hint(self.kind())
        } else {
            special
        }
    }

    /// The same in a case that only some policies can come to; empty in others.
    const fn special_hint(&self) -> &'static str {
        match self.kind() {
            ErrorKind::Unsupported => "leave the policy out on this target, with `cfg_attr`",
            ErrorKind::NeedsListener => "install the `NotifyPolicy` itself",
            ErrorKind::MissingFlags => {
                "leave it out of `flags(…)`, or use a newer kernel: tsync takes 3.17, log 4.14, spec_allow 4.17"
            }
            ErrorKind::MissingAction => "declare what replaces it, such as `log or errno(EPERM)`",
            ErrorKind::DeniesExec => "allow `@program-start`, and what the program does",
            ErrorKind::NoPrivileges => "leave `keep_privs` out, or have CAP_SYS_ADMIN",
            _ => "",
        }
    }

    /// What happened and what to do about it.
    #[cold]
    pub(crate) fn say(&self, line: &mut Line) {
        let kind = self.kind();
        let is_special = kind as usize > ErrorKind::WouldKill as usize;
        if let Some(call) = self.call() {
            line.text(call.name());
            if kind == ErrorKind::WouldKill {
                line.piece(Mark::WOULD_KILL);
            } else if is_special && self.answer == Returned::EOPNOTSUPP {
                // The answer that a kernel gives, of those that only some policies can meet: its name is in no other program.
                line.text(" answered EOPNOTSUPP");
            } else {
                line.answered(self.answer);
            }
            if is_special {
                line.text(": ");
            }
        }
        if !is_special {
            self.say_thread_name(line);
            line.piece(Mark::of_kind(kind));
            return;
        }
        self.say_special(line);
        line.text("; ");
        line.text(self.special_hint());
    }

    /// The name of the thread whose id the call answered with.
    fn say_thread_name(&self, line: &mut Line) {
        let id = self.thread().and_then(|id| u32::try_from(id).ok());
        if let Some(name) = id.and_then(ThreadName::read) {
            line.text(" (`");
            line.text(name.as_str());
            line.text("`)");
        }
    }

    /// What happened, in a case that only some policies can come to.
    fn say_special(&self, line: &mut Line) {
        match self.kind() {
            ErrorKind::MissingFlags => {
                line.text("this kernel lacks `");
                self.flags.say(line);
                line.text("`");
            }
            ErrorKind::MissingAction => {
                line.text(match self.available.of(self.action) {
                    Answer::Missing => "this kernel lacks `",
                    _ => "no telling whether this kernel has `",
                });
                line.text(self.action.name());
                line.text("`; it offers ");
                self.available.actions().say(line);
            }
            ErrorKind::NoPrivileges => line.text("no_new_privs isn't set"),
            ErrorKind::DeniesExec => {
                line.text("the child could never start, for the policy answers `execve` with ");
                line.text(self.action.name());
            }
            ErrorKind::NeedsListener => {
                line.text("a policy with `notify` would have no listener");
            }
            _ => line.text("this target has no seccomp"),
        }
    }
}

/// For the errors of [`kernel`](crate::kernel); the call follows.
pub(crate) const WOULD_KILL: &str = "a filter installed earlier would kill this process for ";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = Line::new();
        self.say(&mut line);
        let text = line.as_str();
        f.write_str(text.rsplit_once("; ").map_or(text, |(what, _)| what))
    }
}

/// `NoFilterMode(…)`, with what is shown and what to do: this is what a `main` that returns it prints.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({self}; {})", self.kind(), self.hint())
    }
}

impl core::error::Error for Error {}

/// The kind is that of the errno; the error itself is kept inside.
#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Unsupported => std::io::ErrorKind::Unsupported,
            ErrorKind::DeniesExec => std::io::ErrorKind::InvalidInput,
            _ => crate::errno::kind(error.errno()),
        };
        std::io::Error::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::*;

    fn line(error: &Error) -> String {
        let mut line = Line::new();
        error.say(&mut line);
        let line = line.as_str().to_string();
        assert_eq!(
            line,
            std::format!("{error}; {}", error.hint()),
            "the same in two parts"
        );
        line
    }

    fn returned(errno: i32) -> Returned {
        Returned(-errno)
    }

    #[test]
    fn a_missing_action_names_what_is_offered_and_what_to_write() {
        let action = Action::Log;
        let mut available = Available::NOTHING;
        for action in [Action::Allow, Action::Errno, Action::Trap] {
            available = available.with(action, Answer::Available);
        }
        let missing = Error::missing_action_of(action, available, Returned::EINVAL);
        assert_eq!(
            line(&missing),
            "seccomp(SECCOMP_GET_ACTION_AVAIL) answered EINVAL: this kernel lacks `log`; \
             it offers trap errno allow; declare what replaces it, such as `log or errno(EPERM)`"
        );
        assert_eq!(missing.missing_action(), Some((action, available)));
        let available = available.with(action, Answer::CantTell);
        let unknown = Error::missing_action_of(action, available, returned(libc::EPERM));
        assert!(
            line(&unknown).contains("EPERM: no telling whether"),
            "{unknown}"
        );
        // What a kernel that can be asked answers.
        let missing = Error::missing_action_of(action, available, Returned::EOPNOTSUPP);
        assert!(
            line(&missing).contains(" answered EOPNOTSUPP: "),
            "{missing}"
        );
    }

    #[test]
    fn each_names_its_call_and_answer() {
        let new = Error::new;
        let load = Call::SetModeFilter;
        let cases = [
            (
                new(ErrorKind::NoRoom, load, Returned::ENOMEM),
                "seccomp(SECCOMP_SET_MODE_FILTER) answered ENOMEM: filters hold 32768 instructions in all; install fewer",
            ),
            (
                new(ErrorKind::Sandbox, Call::PrctlSetSeccomp, Returned(0)),
                "prctl(PR_SET_SECCOMP) answered 0: a sandbox is in the way; allow `@install` in it",
            ),
            (
                new(ErrorKind::Sandbox, Call::SetNoNewPrivs, returned(524)),
                "prctl(PR_SET_NO_NEW_PRIVS) answered 524: a sandbox is in the way; allow `@install` in it",
            ),
            (
                Error::would_kill(load),
                "seccomp(SECCOMP_SET_MODE_FILTER) would kill: a sandbox is in the way; allow `@install` in it",
            ),
            (
                new(ErrorKind::Thread, load, Returned(i32::MAX)),
                "seccomp(SECCOMP_SET_MODE_FILTER) answered 2147483647: this thread has other filters; install earlier",
            ),
            (
                Error::missing_flags_of(Flags::LOG, Returned::EINVAL),
                "seccomp(SECCOMP_SET_MODE_FILTER) answered EINVAL: this kernel lacks `log`; \
                 leave it out of `flags(…)`, or use a newer kernel: tsync takes 3.17, log 4.14, spec_allow 4.17",
            ),
            (
                new(ErrorKind::NoPrivileges, load, returned(libc::EACCES)),
                "seccomp(SECCOMP_SET_MODE_FILTER) answered EACCES: no_new_privs isn't set; \
                 leave `keep_privs` out, or have CAP_SYS_ADMIN",
            ),
            (
                new(ErrorKind::Unsupported, load, Returned::NOTHING),
                "this target has no seccomp; leave the policy out on this target, with `cfg_attr`",
            ),
            (
                Error::NEEDS_LISTENER,
                "a policy with `notify` would have no listener; install the `NotifyPolicy` itself",
            ),
        ];
        for (error, expected) in cases {
            assert_eq!(line(&error), expected);
        }
    }

    #[test]
    fn what_the_call_answered() {
        let refused = Error::new(ErrorKind::Sandbox, Call::SetModeFilter, returned(524));
        assert_eq!(refused.errno(), Errno::new(524));
        let other = Error::new(ErrorKind::Thread, Call::SetModeFilter, Returned(4711));
        assert_eq!((other.errno(), other.thread()), (None, Some(4711)));
        let not_made = Error::would_kill(Call::SetModeFilter);
        assert_eq!(not_made.errno(), None);
        assert_eq!(not_made.call(), Some(Call::SetModeFilter));
        #[cfg(feature = "std")]
        {
            let error = Error::new(
                ErrorKind::Sandbox,
                Call::SetModeFilter,
                returned(libc::EACCES),
            );
            let error = std::io::Error::from(error);
            assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
            assert!(error.to_string().starts_with("seccomp("), "{error}");
        }
    }

    #[test]
    fn a_main_that_returns_it_says_all_of_it() {
        let error = Error::new(
            ErrorKind::NoFilterMode,
            Call::SetModeFilter,
            Returned::EINVAL,
        );
        assert_eq!(
            std::format!("{error:?}"),
            "NoFilterMode(seccomp(SECCOMP_SET_MODE_FILTER) answered EINVAL: \
             this kernel has no filters; it takes CONFIG_SECCOMP_FILTER)"
        );
    }
}
