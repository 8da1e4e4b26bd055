use core::fmt;

use crate::line::{Line, show};
use crate::uapi::{
    SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS,
    SECCOMP_RET_KILL_THREAD, SECCOMP_RET_LOG, SECCOMP_RET_TRACE, SECCOMP_RET_TRAP,
    SECCOMP_RET_USER_NOTIF,
};
use crate::words::line_of;

/// What the kernel does with a call, ordered from the freest to the strictest.
///
/// The order is the kernel's own: where several filters are stacked, the strictest answer wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Action {
    /// The call goes on.
    Allow,
    /// The call goes on, and the kernel may log it (see [`will_be_logged`](crate::will_be_logged)). From Linux 4.14.
    Log,
    /// A tracer decides; without one the call fails with ENOSYS.
    Trace,
    /// A listener decides; without one the call fails with ENOSYS. From Linux 5.0.
    Notify,
    /// The call fails with an errno.
    Errno,
    /// The thread gets SIGSYS, the call isn't made.
    Trap,
    /// The thread dies.
    KillThread,
    /// The process dies. From Linux 4.14; older kernels kill the thread instead.
    KillProcess,
}

impl Action {
    /// All actions, the freest first.
    pub const ALL: [Action; 8] = [
        Action::Allow,
        Action::Log,
        Action::Trace,
        Action::Notify,
        Action::Errno,
        Action::Trap,
        Action::KillThread,
        Action::KillProcess,
    ];

    /// The kernel's names for them.
    const NAMES: &'static str =
        "allow\nlog\ntrace\nuser_notif\nerrno\ntrap\nkill_thread\nkill_process";

    /// What a program returns for each of them.
    const VALUES: [u32; 8] = [
        SECCOMP_RET_ALLOW,
        SECCOMP_RET_LOG,
        SECCOMP_RET_TRACE,
        SECCOMP_RET_USER_NOTIF,
        SECCOMP_RET_ERRNO,
        SECCOMP_RET_TRAP,
        SECCOMP_RET_KILL_THREAD,
        SECCOMP_RET_KILL_PROCESS,
    ];

    /// The kernel's name for it, as in `/proc/sys/kernel/seccomp/actions_avail`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        line_of(Action::NAMES, self as usize)
    }

    /// The action that the kernel calls so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.name() == name)
    }

    /// `SECCOMP_RET_…`: what a program returns for it, without data.
    #[must_use]
    pub const fn return_value(self) -> u32 {
        Action::VALUES[self as usize]
    }

    /// What the kernel does when a program returns `value`. Values that stand for nothing kill the process, as in Linux from
    /// 4.14.
    #[must_use]
    #[inline(never)] // It is small where it is called, and called often.
    pub const fn from_return_value(value: u32) -> Action {
        let mut rest = Action::ALL.as_slice();
        while let [action, others @ ..] = rest {
            if action.return_value() == value & SECCOMP_RET_ACTION_FULL {
                return *action;
            }
            rest = others;
        }
        Action::KillProcess
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Some of the actions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ActionSet(u8);

impl ActionSet {
    /// No action.
    pub const EMPTY: ActionSet = ActionSet(0);

    const fn bit(action: Action) -> u8 {
        1 << action as u8
    }

    /// This set and `action`.
    #[must_use]
    pub const fn with(self, action: Action) -> ActionSet {
        ActionSet(self.0 | ActionSet::bit(action))
    }

    /// This set without `action`.
    #[must_use]
    pub const fn without(self, action: Action) -> ActionSet {
        ActionSet(self.0 & !ActionSet::bit(action))
    }

    /// Whether `action` is one of them.
    #[must_use]
    pub const fn contains(self, action: Action) -> bool {
        self.0 & ActionSet::bit(action) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in one of the sets.
    #[must_use]
    pub const fn union(self, other: ActionSet) -> ActionSet {
        ActionSet(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: ActionSet) -> ActionSet {
        ActionSet(self.0 & other.0)
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub const fn difference(self, other: ActionSet) -> ActionSet {
        ActionSet(self.0 & !other.0)
    }

    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u8) -> ActionSet {
        ActionSet(bits)
    }

    /// The actions as the kernel lists them: the strictest first.
    pub fn iter(self) -> impl Iterator<Item = Action> {
        let mut rest = self;
        core::iter::from_fn(move || rest.take_strictest())
    }

    #[inline(never)]
    fn take_strictest(&mut self) -> Option<Action> {
        let strictest = self.0.checked_ilog2()?;
        self.0 ^= 1 << strictest;
        Action::ALL.get(strictest as usize).copied()
    }
}

impl ActionSet {
    /// What [`Display`](fmt::Display) shows.
    pub(crate) fn say(self, line: &mut Line) {
        for (index, action) in self.iter().enumerate() {
            line.text(if index == 0 { "" } else { " " });
            line.text(action.name());
        }
    }
}

impl FromIterator<Action> for ActionSet {
    fn from_iter<I: IntoIterator<Item = Action>>(actions: I) -> Self {
        actions.into_iter().fold(ActionSet::EMPTY, ActionSet::with)
    }
}

/// The names, the strictest first, with a space between them.
impl fmt::Display for ActionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, |line| self.say(line))
    }
}

impl fmt::Debug for ActionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn ordered_as_the_kernel_orders_them() {
        // kernel/seccomp.c, ACTION_ONLY: the least return value wins, as signed numbers.
        let values = Action::ALL.map(|action| action.return_value() as i32);
        assert!(
            values.is_sorted_by(|freer, stricter| freer > stricter),
            "{values:x?}"
        );
        assert!(Action::ALL.is_sorted());
    }

    #[test]
    fn names_and_values_go_both_ways() {
        for action in Action::ALL {
            assert_eq!(Action::from_name(action.name()), Some(action));
            assert_eq!(Action::from_return_value(action.return_value()), action);
            assert_eq!(
                Action::from_return_value(action.return_value() | 0xffff),
                action
            );
        }
        assert_eq!(Action::from_name("kill"), None);
    }

    #[test]
    fn an_unknown_return_value_kills_the_process() {
        assert_eq!(
            Action::from_return_value(0x7fff_0000 - 0x1_0000),
            Action::KillProcess
        );
        assert_eq!(Action::from_return_value(0xffff_ffff), Action::KillProcess);
    }

    #[test]
    fn a_set_is_listed_as_the_kernel_lists_it() {
        let all: ActionSet = Action::ALL.into_iter().collect();
        let kernel = "kill_process kill_thread trap errno user_notif trace log allow";
        assert_eq!(all.to_string(), kernel);
        assert_eq!(
            all.without(Action::Log).without(Action::Log).iter().count(),
            7
        );
        assert!(ActionSet::EMPTY.is_empty());
        assert_eq!(ActionSet::EMPTY.to_string(), "");
    }
}
