use core::fmt;

use crate::Policy;

/// A policy that says `notify`: what [`policy!`](crate::policy) makes of it.
///
/// It is a type of its own because a filter that notifies nobody makes those calls fail with ENOSYS: each way to install it hands its
/// listener to somebody. All that can be looked at while compiling is [`policy`](NotifyPolicy::policy)'s.
///
/// ```
/// # #[cfg(all(feature = "macros", target_os = "linux"))] {
/// use seccomptime::{Action, NotifyPolicy, nr, policy};
///
/// static SUPERVISED: NotifyPolicy = policy!(
///     notify(open, openat, openat2, creat),
///     allow(@rust-main, @rust-panic, @stdio),
/// );
/// const _: () = assert!(!SUPERVISED.policy().decide(nr::OPENAT, [0; 6]).is_allowed());
///
/// // Without its listener it can't be installed.
/// assert!(SUPERVISED.policy().install().is_err());
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NotifyPolicy {
    policy: Policy,
}

impl NotifyPolicy {
    pub(crate) const fn new(policy: Policy) -> NotifyPolicy {
        NotifyPolicy { policy }
    }

    /// What it does, to look at; [`Policy::install`] refuses it.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// What [`Policy`] shows.
impl fmt::Display for NotifyPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.policy.fmt(f)
    }
}
