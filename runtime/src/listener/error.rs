use core::fmt;

use crate::{Action, Errno, Flags};

/// Why there is no listener.
///
/// Nothing is in force then, with the one exception of [`NotSent`](Error::NotSent).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The policy can't be put in force, for a reason that any policy can have.
    Install(crate::Error),
    /// A filter that is in force on the thread has a listener, and the kernel takes no second one.
    SecondListener,
    /// With `flags(tsync)`: a thread has other filters than the one that installs, so that this one can't be put on all. Which thread,
    /// the kernel doesn't say where there is a listener.
    OtherFilters,
    /// The kernel's structs can't be sized, or have outgrown this crate's room for them (EINVAL).
    #[non_exhaustive]
    Sizes {
        /// What `seccomp(SECCOMP_GET_NOTIF_SIZES)` answered.
        errno: Errno,
    },
    /// With `flags(tsync)` the filter would go on the thread that takes the listener, too.
    TakerFiltered,
    /// The other end of the handover was dropped before the install.
    NobodyTakes,
    /// The other end of the handover was dropped without an install.
    NothingGiven,
    /// The policy doesn't allow a call that sends the listener away after the load.
    #[non_exhaustive]
    NoWayOut {
        /// The call.
        call: &'static str,
    },
    /// **The filter is in force**, but the listener could not be sent, and was closed: calls that meet `notify` fail with ENOSYS.
    #[non_exhaustive]
    NotSent {
        /// What `sendmsg` answered.
        errno: Errno,
    },
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Error::Install(error)
                if matches!(error.missing_action(), Some((Action::Notify, _))) =>
            {
                "declare what replaces it, such as `notify or errno(EPERM)`"
            }
            Error::Install(error) => {
                let others = error.missing_flags().without(Flags::LISTENING);
                if others.bits() == error.missing_flags().bits() {
                    error.hint()
                } else {
                    "a listener takes Linux 5.0, with `tsync` 5.7, and `wait_killable` 5.19"
                }
            }
            Error::OtherFilters => "install before other threads install filters of their own",
            Error::SecondListener => {
                "install one policy with `notify`, before the thread has another's"
            }
            Error::Sizes { .. } => "allow the calls of `@install` in the outer sandbox",
            Error::TakerFiltered => {
                "leave `tsync` out and install before other threads start, or send the listener to another process with `install_and_send`"
            }
            Error::NobodyTakes | Error::NothingGiven => {
                "keep both ends of the handover until it is over"
            }
            Error::NoWayOut { .. } => {
                "allow it, or hand the listener to a thread that was there before"
            }
            Error::NotSent { .. } => "keep the other end of the socket open until it has come",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Install(error) => error.fmt(f),
            Error::SecondListener => f.write_str(
                "seccomp(SECCOMP_SET_MODE_FILTER) answered EBUSY: a filter in force has a listener, and a thread can have one",
            ),
            Error::OtherFilters => f.write_str(
                "seccomp(SECCOMP_SET_MODE_FILTER) answered ESRCH: a thread has other filters",
            ),
            Error::Sizes { errno } => {
                write!(f, "seccomp(SECCOMP_GET_NOTIF_SIZES) answered {errno}")
            }
            Error::TakerFiltered => {
                f.write_str("`tsync` would put the filter on the thread that takes the listener")
            }
            Error::NobodyTakes => f.write_str("nobody is there to take the listener"),
            Error::NothingGiven => f.write_str("nothing was installed"),
            Error::NoWayOut { call } => write!(
                f,
                "the policy doesn't allow `{call}`, without which the listener can't be sent away"
            ),
            Error::NotSent { errno } => {
                write!(f, "the filter is in force, but sendmsg answered {errno}: nobody has the listener")
            }
        }
    }
}

impl core::error::Error for Error {
    #[inline]
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Error::Install(error) => error.source(),
            Error::Sizes { errno } | Error::NotSent { errno } => Some(errno),
            _ => None,
        }
    }
}

impl From<crate::Error> for Error {
    #[inline]
    fn from(error: crate::Error) -> Error {
        Error::Install(error)
    }
}

/// The kind is that of the errno; the error itself is kept inside.
impl From<Error> for std::io::Error {
    #[inline]
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Install(error) => return error.into(),
            Error::SecondListener => std::io::ErrorKind::ResourceBusy,
            Error::Sizes { errno } | Error::NotSent { errno } => crate::errno::kind(Some(errno)),
            _ => std::io::ErrorKind::Other,
        };
        std::io::Error::new(kind, error)
    }
}
