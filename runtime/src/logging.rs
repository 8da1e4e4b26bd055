//! What reaches the kernel's log.

use core::fmt;

use crate::kernel::{self, ActionList, Sysctl};
use crate::line::Line;
use crate::{Action, ActionSet, Call, Flags, Policy, own};

/// Whether a call is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Logged {
    /// Never.
    No,
    /// Where the tracer or listener doesn't let it go on.
    IfStopped,
    /// Always, as far as the kernel hands it to the audit system: what that system excludes or limits, it loses.
    Yes,
}

/// Whether the kernel logs a call that met `action`, in a filter loaded with `flags`, while it logs `actions_logged`.
///
/// This is the kernel's rule (Linux 4.14 and later), without asking it anything:
///
/// | action | logged |
/// |---|---|
/// | `allow` | never |
/// | `log`, `kill_thread`, `kill_process` | where it is listed; the flag doesn't matter |
/// | `errno`, `trap` | where it is listed, with [`Flags::LOG`] |
/// | `trace`, `user_notif` | the same, and only where the call doesn't go on |
///
/// Return values that stand for no action follow `kill_process`. Where filters are stacked, the one whose action wins gives the
/// flags, of two with the same action the newer.
///
/// ```
/// use seccomptime::{Action, Flags, Logged, kernel::ActionList, will_be_logged};
///
/// let listed: ActionList = [Action::Log, Action::Errno].into_iter().collect();
/// assert_eq!(will_be_logged(Action::Log, Flags::NONE, &listed), Logged::Yes);
/// assert_eq!(will_be_logged(Action::Errno, Flags::NONE, &listed), Logged::No);
/// assert_eq!(will_be_logged(Action::Errno, Flags::LOG, &listed), Logged::Yes);
/// ```
#[must_use]
pub fn will_be_logged(action: Action, flags: Flags, actions_logged: &ActionList) -> Logged {
    rule(action, flags, actions_logged.contains(action))
}

const fn rule(action: Action, flags: Flags, listed: bool) -> Logged {
    match action {
        _ if !listed => Logged::No,
        Action::Allow => Logged::No,
        Action::Log | Action::KillThread | Action::KillProcess => Logged::Yes,
        _ if !flags.contains(Flags::LOG) => Logged::No,
        Action::Errno | Action::Trap => Logged::Yes,
        Action::Trace | Action::Notify => Logged::IfStopped,
    }
}

/// Whether what a policy wants logged will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Logging {
    /// The policy asks for no log: no `log`, and no `flags(log)`.
    NotAsked,
    /// All of it.
    Yes,
    /// These actions are not in the kernel's `actions_logged`.
    No(ActionSet),
    /// `actions_logged` could not be read.
    Unread(kernel::Error),
}

impl Logging {
    /// For a program that returns `actions` and is loaded with `flags`.
    pub(crate) fn new(
        actions: ActionSet,
        flags: Flags,
        read: impl FnOnce(ActionSet) -> Result<ActionSet, kernel::Error>,
    ) -> Logging {
        let log = ActionSet::EMPTY.with(Action::Log);
        let wanted = if flags.contains(Flags::LOG) {
            actions.without(Action::Allow)
        } else {
            actions.intersection(log)
        };
        if wanted.is_empty() {
            return Logging::NotAsked;
        }
        match read(wanted) {
            // With the flag, and for `log` without it, being listed is all it takes.
            Ok(listed) if wanted.difference(listed).is_empty() => Logging::Yes,
            Ok(listed) => Logging::No(wanted.difference(listed)),
            Err(error) => Logging::Unread(error),
        }
    }

    /// The same, as the kernel's file has it.
    #[inline(never)]
    pub(crate) fn read(actions: ActionSet, flags: Flags) -> Logging {
        Logging::new(actions, flags, |wanted| {
            kernel::read_set(Sysctl::ActionsLogged, wanted)
        })
    }

    /// Whether calls that meet `log` won't be seen.
    pub(crate) fn loses_log(&self) -> bool {
        matches!(self, Logging::No(missing) if missing.contains(Action::Log))
    }
}

/// Says on stderr that the kernel's log won't show what the policy logs.
#[cold]
#[inline(never)]
pub(crate) fn warn_not_logged(policy: &Policy) {
    if !own::kills_for(Call::Write) {
        not_logged(policy).print();
    }
}

fn not_logged(policy: &Policy) -> Line {
    let mut line = Line::new();
    line.text("seccomptime: ");
    policy.say_place(&mut line);
    line.text(" logs, but the kernel won't: `log` is not in ");
    line.text(Sysctl::ActionsLogged.path());
    line.text("; add it, as root");
    line
}

impl fmt::Display for Logging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Logging::NotAsked => f.write_str("logging not asked for"),
            Logging::Yes => f.write_str("logged"),
            Logging::No(missing) => write!(f, "not logged: {missing}"),
            Logging::Unread(error) => write!(f, "logging unknown: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The measured table, for every action, the flag, and every set of actions logged that the kernel can hold.
    #[test]
    fn the_kernel_s_table() {
        for mask in 0..1u32 << Action::ALL.len() {
            let listed = |&action: &Action| mask & (1 << action as u32) != 0;
            let list: ActionList = Action::ALL.into_iter().filter(listed).collect();
            for action in Action::ALL {
                let in_list = listed(&action);
                for flags in [
                    Flags::NONE,
                    Flags::LOG,
                    Flags::TSYNC,
                    Flags::TSYNC | Flags::LOG,
                ] {
                    let flag = flags.contains(Flags::LOG);
                    let expected = match action.name() {
                        "log" | "kill_thread" | "kill_process" if in_list => Logged::Yes,
                        "errno" | "trap" if in_list && flag => Logged::Yes,
                        "trace" | "user_notif" if in_list && flag => Logged::IfStopped,
                        _ => Logged::No,
                    };
                    assert_eq!(
                        will_be_logged(action, flags, &list),
                        expected,
                        "{action} {flags} {list}"
                    );
                }
            }
        }
    }

    fn set(actions: &[Action]) -> ActionSet {
        actions.iter().copied().collect()
    }

    #[test]
    fn the_file_is_not_read_where_nothing_is_to_be_logged() {
        let quiet = set(&[Action::Allow, Action::Errno, Action::KillProcess]);
        let logging = Logging::new(quiet, Flags::TSYNC, |_| panic!("not needed"));
        assert_eq!(logging, Logging::NotAsked);
        let allow = Logging::new(set(&[Action::Allow]), Flags::LOG, |_| panic!("not needed"));
        assert_eq!(allow, Logging::NotAsked);
    }

    #[test]
    fn what_is_wanted_and_not_logged_is_named() {
        let listed = set(&[Action::KillProcess, Action::Errno]);
        let actions = set(&[Action::Allow, Action::Log, Action::Errno, Action::Trap]);
        let plain = Logging::new(actions, Flags::NONE, |_| Ok(listed));
        assert_eq!(plain, Logging::No(set(&[Action::Log])));
        assert!(plain.loses_log());
        let flagged = Logging::new(actions, Flags::LOG, |_| Ok(listed));
        assert_eq!(flagged, Logging::No(set(&[Action::Log, Action::Trap])));
        let errno = Logging::new(set(&[Action::Errno]), Flags::LOG, |_| Ok(listed));
        assert_eq!(errno, Logging::Yes);
        assert!(!errno.loses_log());
    }

    #[test]
    fn says_what_is_not_logged_and_what_to_do() {
        assert_eq!(
            not_logged(&crate::private::EMPTY).as_str(),
            "seccomptime: the policy at :0 logs, but the kernel won't: `log` is not in \
             /proc/sys/kernel/seccomp/actions_logged; add it, as root"
        );
    }

    #[test]
    fn an_unread_file_is_no_yes_and_no_no() {
        let error = kernel::Error::WouldKill { call: Call::Open };
        let unread = Logging::new(set(&[Action::Log]), Flags::NONE, |_| Err(error));
        assert_eq!(unread, Logging::Unread(error));
        assert!(!unread.loses_log());
    }
}
