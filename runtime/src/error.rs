use core::fmt;

use crate::kernel::Answer;
use crate::words::{Out, say_number, show};
use crate::{Action, ActionSet, Call, Errno, Flags};

/// Why a policy is not in force.
///
/// It shows what failed and what the kernel answered, in one line; [`hint`](Error::hint) says what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The target isn't one with seccomp.
    Unsupported,
    /// The kernel has no filters.
    #[non_exhaustive]
    NoFilterMode {
        /// What was called.
        call: Call,
        /// What it answered.
        errno: Errno,
    },
    /// A call that no kernel lets succeed did: another sandbox's filter made up the answer.
    #[non_exhaustive]
    Lied {
        /// What was called.
        call: Call,
    },
    /// The answer is one that the kernel itself doesn't give: another sandbox refuses the call.
    #[non_exhaustive]
    Refused {
        /// What was called.
        call: Call,
        /// What it answered.
        errno: Errno,
    },
    /// A filter that this process installed earlier would kill it for the call, so it wasn't made.
    #[non_exhaustive]
    WouldKill {
        /// What wasn't called.
        call: Call,
    },
    /// The kernel lacks flags that the policy asks for.
    #[non_exhaustive]
    MissingFlags {
        /// What it lacks.
        flags: Flags,
        /// What it answered.
        errno: Errno,
    },
    /// The kernel lacks an action, or doesn't say that it has it, and the policy declares nothing in its place.
    #[non_exhaustive]
    MissingAction {
        /// The action.
        action: Action,
        /// Missing, or no telling.
        answer: Answer,
        /// What [`Call::GetActionAvail`] answered.
        errno: Option<Errno>,
        /// The actions that the kernel offers.
        offered: ActionSet,
    },
    /// no_new_privs can't be set.
    #[non_exhaustive]
    NoNewPrivs {
        /// What was called.
        call: Call,
        /// What it answered; `None` where it claimed success and no_new_privs isn't set.
        errno: Option<Errno>,
    },
    /// The kernel has no seccomp(2), without which a filter covers one thread; that the process has one alone isn't proved.
    #[non_exhaustive]
    NotAlone {
        /// What was called.
        call: Call,
        /// What it answered; `None` where it shows other threads.
        errno: Option<Errno>,
    },
    /// A thread has other filters than the one that installs, so that this one can't be put on all.
    #[non_exhaustive]
    Thread {
        /// Its id.
        id: i32,
    },
    /// The kernel refuses to load the program.
    #[non_exhaustive]
    Load {
        /// What was called.
        call: Call,
        /// What it answered.
        errno: Errno,
    },
}

impl Error {
    /// The call that failed, or that wasn't made.
    #[must_use]
    pub const fn call(&self) -> Option<Call> {
        self.cause().0
    }

    /// What that call answered.
    #[must_use]
    pub const fn errno(&self) -> Option<Errno> {
        self.cause().1
    }

    const fn cause(&self) -> (Option<Call>, Option<Errno>) {
        match *self {
            Error::Unsupported => (None, None),
            Error::NoFilterMode { call, errno }
            | Error::Refused { call, errno }
            | Error::Load { call, errno } => (Some(call), Some(errno)),
            Error::NoNewPrivs { call, errno } | Error::NotAlone { call, errno } => {
                (Some(call), errno)
            }
            Error::Lied { call } | Error::WouldKill { call } => (Some(call), None),
            Error::MissingFlags { errno, .. } => (Some(Call::SetModeFilter), Some(errno)),
            Error::MissingAction { errno, .. } => (Some(Call::GetActionAvail), errno),
            Error::Thread { .. } => (Some(Call::SetModeFilter), None),
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match *self {
            Error::Unsupported => "leave the policy out on this target, with `cfg_attr`",
            Error::NoFilterMode { .. } => "it takes Linux 3.5 and CONFIG_SECCOMP_FILTER",
            Error::Lied { .. } | Error::Refused { .. } => OUTER,
            Error::WouldKill { .. } => "allow `@install` in the earlier policy",
            Error::MissingFlags { flags, .. } if flags.contains(Flags::TSYNC) => {
                "a filter on all threads takes Linux 3.17"
            }
            Error::MissingFlags { .. } => {
                "leave it out of `flags(…)`, or run a newer kernel: log takes 4.14, spec_allow 4.17"
            }
            Error::MissingAction {
                action: Action::Log,
                ..
            } => "declare what replaces it: `log or errno(EPERM)`",
            Error::MissingAction {
                action: Action::Notify,
                ..
            } => "declare what replaces it: `notify or errno(EPERM)`",
            Error::MissingAction { .. } => "declare what replaces it, with `or`",
            Error::NoNewPrivs { .. } => OUTER,
            Error::NotAlone { .. } => "install before there are other threads, with /proc mounted",
            Error::Thread { .. } => "install before other threads install filters of their own",
            Error::Load { errno, .. } => match errno {
                Errno::EACCES => "it takes no_new_privs or CAP_SYS_ADMIN: leave `keep_privs` out",
                Errno::ENOMEM => {
                    "all filters of a thread hold 32768 of the kernel's instructions at most: install fewer"
                }
                Errno::EBUSY => "a filter in force has a listener, or another install is under way",
                Errno::ESRCH => {
                    "a thread can't be brought under the filter: install before it starts"
                }
                Errno::EINVAL => "a program holds 1 to 4096 instructions",
                _ => OUTER,
            },
        }
    }

    /// What happened, in words that end before what [`Display`](fmt::Display) adds.
    const fn text(&self) -> &'static str {
        match *self {
            Error::Unsupported => "this target has no seccomp",
            Error::NoFilterMode { .. } => "this kernel has no seccomp filters",
            Error::Lied { .. } => {
                "another sandbox makes up answers: success, without a program, of "
            }
            Error::Refused { .. } => "another sandbox refuses it",
            Error::WouldKill { .. } => WOULD_KILL,
            Error::MissingFlags { .. } => "this kernel lacks the flag ",
            Error::MissingAction {
                answer: Answer::Missing,
                ..
            } => "this kernel lacks the action ",
            Error::MissingAction { .. } => "no telling whether this kernel has the action ",
            Error::NoNewPrivs { errno: Some(_), .. } => "no_new_privs can't be set",
            Error::NoNewPrivs { errno: None, .. } => {
                "another sandbox makes up answers: no_new_privs is not set after the success of "
            }
            Error::NotAlone { errno: Some(_), .. } => {
                "without seccomp(2) a filter covers one thread, and no telling whether there are others"
            }
            Error::NotAlone { errno: None, .. } => {
                "without seccomp(2) a filter covers one thread, and there are others"
            }
            Error::Thread { .. } => "no thread was changed, for one has other filters: thread ",
            Error::Load { .. } => "the filter was not loaded",
        }
    }
}

const OUTER: &str = "allow the calls of `@install` in the outer sandbox";

/// The call follows.
pub(crate) const WOULD_KILL: &str = "a filter installed earlier would kill this process for ";

impl Error {
    /// What [`Display`](fmt::Display) shows.
    pub(crate) fn say(&self, out: &mut impl Out) {
        if let (Some(call), Some(errno)) = self.cause() {
            out.text(call.name());
            out.text(" answered ");
            errno.say(out);
            out.text(": ");
        }
        out.text(self.text());
        match *self {
            Error::Lied { call }
            | Error::WouldKill { call }
            | Error::NoNewPrivs { call, errno: None } => out.text(call.name()),
            Error::MissingFlags { flags, .. } => {
                out.text("`");
                flags.say(out);
                out.text("`");
            }
            Error::MissingAction {
                action, offered, ..
            } => {
                out.text("`");
                out.text(action.name());
                out.text("`; it offers ");
                offered.say(out);
            }
            Error::Thread { id } => say_number(id.unsigned_abs(), out),
            _ => {}
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, |out| self.say(out))
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Error::NoFilterMode { errno, .. }
            | Error::Refused { errno, .. }
            | Error::MissingFlags { errno, .. }
            | Error::Load { errno, .. }
            | Error::MissingAction {
                errno: Some(errno), ..
            }
            | Error::NoNewPrivs {
                errno: Some(errno), ..
            }
            | Error::NotAlone {
                errno: Some(errno), ..
            } => Some(errno),
            _ => None,
        }
    }
}

/// The kind is that of the errno; the error itself is kept inside.
#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Unsupported => std::io::ErrorKind::Unsupported,
            _ => crate::errno::kind(error.errno()),
        };
        std::io::Error::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::*;
    use crate::ActionSet;

    fn line(error: Error) -> String {
        std::format!("{error}; {}", error.hint())
    }

    #[test]
    fn a_missing_action_names_what_is_offered_and_what_to_write() {
        let offered: ActionSet = [Action::Allow, Action::Errno, Action::Trap]
            .into_iter()
            .collect();
        let errno = Some(Errno::EINVAL);
        let action = Action::Log;
        let missing = Error::MissingAction {
            action,
            answer: Answer::Missing,
            errno,
            offered,
        };
        assert_eq!(
            line(missing),
            "seccomp(SECCOMP_GET_ACTION_AVAIL) answered EINVAL (22): this kernel lacks the action `log`; \
             it offers trap errno allow; declare what replaces it: `log or errno(EPERM)`"
        );
        let errno = Errno::new(1);
        let unknown = Error::MissingAction {
            action,
            answer: Answer::CantTell,
            errno,
            offered,
        };
        assert!(
            unknown
                .to_string()
                .contains("EPERM (1): no telling whether"),
            "{unknown}"
        );
    }

    #[test]
    fn each_names_its_call_and_errno() {
        let call = Call::SetModeFilter;
        let errno = Errno::ENOMEM;
        let cases = [
            (
                Error::Load { call, errno },
                "seccomp(SECCOMP_SET_MODE_FILTER) answered ENOMEM (12): the filter was not loaded; \
                 all filters of a thread hold 32768 of the kernel's instructions at most: install fewer",
            ),
            (
                Error::Lied {
                    call: Call::PrctlSetSeccomp,
                },
                "another sandbox makes up answers: success, without a program, of prctl(PR_SET_SECCOMP); \
                 allow the calls of `@install` in the outer sandbox",
            ),
            (
                Error::MissingFlags {
                    flags: Flags::LOG,
                    errno: Errno::EINVAL,
                },
                "seccomp(SECCOMP_SET_MODE_FILTER) answered EINVAL (22): this kernel lacks the flag `log`; \
                 leave it out of `flags(…)`, or run a newer kernel: log takes 4.14, spec_allow 4.17",
            ),
            (
                Error::Thread { id: 4711 },
                "no thread was changed, for one has other filters: thread 4711; \
                 install before other threads install filters of their own",
            ),
            (
                Error::NoNewPrivs {
                    call: Call::SetNoNewPrivs,
                    errno: None,
                },
                "another sandbox makes up answers: no_new_privs is not set after the success of \
                 prctl(PR_SET_NO_NEW_PRIVS); allow the calls of `@install` in the outer sandbox",
            ),
            (
                Error::WouldKill {
                    call: Call::SetModeFilter,
                },
                "a filter installed earlier would kill this process for \
                 seccomp(SECCOMP_SET_MODE_FILTER); allow `@install` in the earlier policy",
            ),
        ];
        for (error, expected) in cases {
            assert_eq!(line(error), expected);
        }
    }

    #[test]
    fn the_errno_is_the_source() {
        let errno = Errno::EACCES;
        let error = Error::Load {
            call: Call::SetModeFilter,
            errno,
        };
        let source = core::error::Error::source(&error).unwrap();
        assert_eq!(source.to_string(), "EACCES (13)");
        assert!(core::error::Error::source(&Error::Unsupported).is_none());
        #[cfg(feature = "std")]
        {
            let error = std::io::Error::from(error);
            assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
            assert!(error.to_string().starts_with("seccomp("), "{error}");
        }
    }
}
