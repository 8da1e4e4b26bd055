use core::fmt;
use core::sync::atomic::Ordering;

use crate::load::{IN_FORCE, Interface};
use crate::plan::Plan;
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
    /// Of the policy: through prctl(2) there are none.
    flags: Flags,
    interface: Interface,
    logging: Logging,
}

/// What covers all threads, where it doesn't fit a word. Few programs have a policy that can come to that.
static DETAILED: Once<Status> = Once::new();

/// A status in which nothing was replaced, as a word: flags, the actions that are asked to be logged and aren't, and a bit for each of what
/// follows here.
struct Packed;

impl Packed {
    const NOTHING: u32 = 0;
    const THERE: u32 = 1;
    const DETAILED: u32 = 1 << 1;
    const PRCTL: u32 = 1 << 2;
    const LOGGED: u32 = 1 << 3;
    const NOT_LOGGED: u32 = 1 << 4;
    const FLAGS: u32 = 8;
    const MISSING: u32 = 16;
}

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
    match IN_FORCE.status.load(Ordering::Acquire) {
        Packed::NOTHING => None,
        Packed::DETAILED => DETAILED.get(),
        word => Some(Status::unpacked(word)),
    }
}

/// Keeps the first of the process.
#[inline(always)]
pub(crate) fn remember(status: &Status) {
    let word = status.packed();
    if word == Packed::DETAILED {
        DETAILED.set(status);
    }
    // Where there is one already it stays.
    let (release, relaxed) = (Ordering::Release, Ordering::Relaxed);
    let first = &IN_FORCE.status;
    let _ = first.compare_exchange(Packed::NOTHING, word, release, relaxed);
}

impl Status {
    #[inline(always)]
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
        Status {
            enforcement,
            plan,
            flags,
            interface,
            logging,
        }
    }

    #[inline(always)]
    fn packed(&self) -> u32 {
        let logging = match self.logging {
            _ if !self.plan.is_empty() => return Packed::DETAILED,
            Logging::Unread(_) => return Packed::DETAILED,
            Logging::NotAsked => 0,
            Logging::Yes => Packed::LOGGED,
            Logging::No(missing) => {
                Packed::NOT_LOGGED | u32::from(missing.bits()) << Packed::MISSING
            }
        };
        let interface = match self.interface {
            Interface::Seccomp => 0,
            Interface::Prctl => Packed::PRCTL,
        };
        Packed::THERE | interface | logging | self.flags.bits() << Packed::FLAGS
    }

    fn unpacked(word: u32) -> Status {
        let [_, flags, missing, _] = word.to_le_bytes();
        let has = |bit| word & bit != 0;
        Status {
            enforcement: Enforcement::Full,
            plan: Plan::NOTHING,
            flags: Flags::from_bits(flags),
            interface: if has(Packed::PRCTL) {
                Interface::Prctl
            } else {
                Interface::Seccomp
            },
            logging: if has(Packed::LOGGED) {
                Logging::Yes
            } else if has(Packed::NOT_LOGGED) {
                Logging::No(ActionSet::from_bits(missing))
            } else {
                Logging::NotAsked
            },
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
        match self.interface {
            Interface::Seccomp => self.flags,
            Interface::Prctl => Flags::NONE,
        }
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
        if !self.flags().is_empty() {
            write!(f, "; flags {}", self.flags())?;
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
