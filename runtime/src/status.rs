use core::fmt;

use crate::plan::Plan;
use crate::probe::Interface;
use crate::sys::Once;
use crate::{Action, ActionSet, Downgrade, Flags, Logging};

/// How much of a policy is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Enforcement {
    /// Nothing: the filter is loaded, but all that it would stop or log was replaced by `allow`, as the policy declares.
    None,
    /// The kernel lacks actions; what the policy declares is in their place.
    Partial,
    /// All of it.
    Full,
}

impl fmt::Display for Enforcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Enforcement::None => "none",
            Enforcement::Partial => "partial",
            Enforcement::Full => "full",
        })
    }
}

/// What is in force after an install.
///
/// ```
/// # fn f(status: seccomptime::Status) {
/// for downgrade in status.downgrades() {
///     eprintln!("{downgrade}");
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    enforcement: Enforcement,
    plan: Plan,
    flags: Flags,
    interface: Interface,
    logging: Logging,
}

static FIRST: Once<Status> = Once::new();

/// What covers all threads of this process since the first install that did.
///
/// That is what [`#[seccomp]`](macro@crate::seccomp) on `main` put in force, since nothing installs earlier. Where it could not
/// be put in force (under `on_error = continue`) it is a later install that covered all threads: of a policy with
/// `flags(tsync)`, or of another `main`. `None` where there was none: then, as far as this crate knows, the process is
/// unprotected.
///
/// Filters are never taken off, so what it says stays true. Installs after the first add to it, and
/// [`Policy::install`](crate::Policy::install) returns their status; so it does for filters on the calling thread alone, which
/// don't show here. What a parent process installed doesn't show either.
///
/// It makes no system call and takes no lock: it can be called under any filter, and from a signal handler.
///
/// ```no_run
/// use seccomptime::Enforcement;
///
/// # #[cfg(feature = "macros")]
/// #[seccomptime::seccomp(allow(@rust-main, @stdio), default = log or errno(EPERM), on_error = continue)]
/// fn main() {
///     match seccomptime::status() {
///         None => println!("unprotected"),
///         Some(status) if status.enforcement() == Enforcement::Full => println!("protected"),
///         Some(status) => println!("protected, but {status}"),
///     }
/// }
/// # #[cfg(not(feature = "macros"))]
/// # fn main() {}
/// ```
#[must_use]
pub fn status() -> Option<Status> {
    FIRST.get()
}

/// Keeps the first of the process.
#[inline(never)]
pub(crate) fn remember(status: &Status) {
    FIRST.set(status);
}

impl Status {
    pub(crate) fn new(
        actions: ActionSet,
        plan: Plan,
        flags: Flags,
        interface: Interface,
        logging: Logging,
    ) -> Status {
        let enforcement = if plan.is_empty() {
            Enforcement::Full
        } else if actions.without(Action::Allow).is_empty() {
            Enforcement::None
        } else {
            Enforcement::Partial
        };
        let flags = match interface {
            Interface::Seccomp => flags,
            Interface::Prctl => Flags::NONE,
        };
        Status {
            enforcement,
            plan,
            flags,
            interface,
            logging,
        }
    }

    /// How much of the policy is in force.
    #[must_use]
    pub const fn enforcement(&self) -> Enforcement {
        self.enforcement
    }

    /// The actions that were replaced, and why.
    pub fn downgrades(&self) -> impl Iterator<Item = Downgrade> {
        self.plan.downgrades()
    }

    /// The flags that the filter was loaded with.
    #[must_use]
    pub const fn flags(&self) -> Flags {
        self.flags
    }

    /// Whether the filter was loaded through prctl(2), for a process of one thread, because the kernel has no seccomp(2).
    #[must_use]
    pub const fn through_prctl(&self) -> bool {
        matches!(self.interface, Interface::Prctl)
    }

    /// Whether what the policy wants logged will be.
    #[must_use]
    pub const fn logging(&self) -> Logging {
        self.logging
    }
}

/// One line: `partial: errno(EPERM (1)) instead of log (missing); flags tsync; logging not asked for`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.enforcement)?;
        for (i, downgrade) in self.downgrades().enumerate() {
            write!(f, "{} {downgrade}", if i == 0 { ":" } else { "," })?;
        }
        if self.through_prctl() {
            f.write_str("; through prctl")?;
        }
        if !self.flags.is_empty() {
            write!(f, "; flags {}", self.flags)?;
        }
        write!(f, "; {}", self.logging)
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;
    use crate::kernel::Answer;
    use crate::probe::{Answers, LATER};

    const LOG: u32 = Action::Log.return_value();
    const ALLOW: u32 = Action::Allow.return_value();
    const EPERM: u32 = Action::Errno.return_value() | 1;

    fn status(answer: Answer, fallbacks: &[(u32, u32)], interface: Interface) -> Status {
        let used = [Action::Allow, Action::Log].into_iter().collect();
        let all: ActionSet = Action::ALL.into_iter().collect();
        let later: ActionSet = LATER.into_iter().collect();
        let none = ActionSet::EMPTY;
        let (missing, unknown) = match answer {
            Answer::Available => (none, none),
            Answer::Missing => (later, none),
            _ => (later, later),
        };
        let answers = Answers {
            available: all.difference(missing),
            unknown,
        };
        let plan = Plan::new(used, fallbacks, &answers).unwrap();
        Status::new(
            plan.apply(used),
            plan,
            Flags::TSYNC,
            interface,
            Logging::NotAsked,
        )
    }

    #[test]
    fn full_partial_none() {
        let full = status(Answer::Available, &[], Interface::Seccomp);
        assert_eq!(full.enforcement(), Enforcement::Full);
        assert_eq!(full.to_string(), "full; flags tsync; logging not asked for");
        let partial = status(Answer::Missing, &[(LOG, EPERM)], Interface::Seccomp);
        assert_eq!(
            partial.to_string(),
            "partial: errno(EPERM (1)) instead of log (missing); flags tsync; logging not asked for"
        );
        let none = status(Answer::CantTell, &[(LOG, ALLOW)], Interface::Seccomp);
        assert_eq!(none.enforcement(), Enforcement::None);
        assert!(none.enforcement() < partial.enforcement());
        assert!(partial.enforcement() < full.enforcement());
    }

    #[test]
    fn prctl_has_no_flags() {
        let old = status(Answer::Available, &[], Interface::Prctl);
        assert_eq!(old.flags(), Flags::NONE);
        assert_eq!(
            old.to_string(),
            "full; through prctl; logging not asked for"
        );
    }
}
