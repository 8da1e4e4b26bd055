use core::fmt;
use core::ops::BitOr;

use crate::line::{Line, show};
use crate::uapi::{
    SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_NEW_LISTENER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
    SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
};
use crate::words::line_of;

/// Flags that a filter was, or is to be, loaded with (`SECCOMP_FILTER_FLAG_…`).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(u8);

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags(0);
    /// The filter goes on all threads of the process.
    pub const TSYNC: Flags = Flags::from_kernel(SECCOMP_FILTER_FLAG_TSYNC);
    /// What the filter denies is logged too. From Linux 4.14.
    pub const LOG: Flags = Flags::from_kernel(SECCOMP_FILTER_FLAG_LOG);
    /// The filter turns no speculative store bypass mitigation on. From Linux 4.17.
    pub const SPEC_ALLOW: Flags = Flags::from_kernel(SECCOMP_FILTER_FLAG_SPEC_ALLOW);
    /// The load answers with the listener's descriptor. From Linux 5.0.
    pub const NEW_LISTENER: Flags = Flags::from_kernel(SECCOMP_FILTER_FLAG_NEW_LISTENER);
    /// Where the filter can't go on all threads the load answers ESRCH, and not with a thread's id, which would look like a
    /// descriptor. From Linux 5.7.
    pub const TSYNC_ESRCH: Flags = Flags::from_kernel(SECCOMP_FILTER_FLAG_TSYNC_ESRCH);
    /// A call that a listener has received goes on waiting for its answer whatever signal comes, unless it is a fatal one. From
    /// Linux 5.19.
    pub const WAIT_KILLABLE: Flags = Flags::from_kernel(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

    /// What a load is told because of its listener.
    #[cfg(all(feature = "std", unix))]
    pub(crate) const LISTENING: Flags = Flags::NEW_LISTENER
        .with(Flags::TSYNC_ESRCH)
        .with(Flags::WAIT_KILLABLE);

    /// The names of all flags, from the lowest bit.
    const NAMES: &'static str = "tsync\nlog\nspec_allow\nnew_listener\ntsync_esrch\nwait_killable";

    pub(crate) const fn from_bits(bits: u8) -> Flags {
        Flags(bits)
    }

    /// All that the kernel has are within a byte.
    const fn from_kernel(bits: u32) -> Flags {
        assert!(bits <= u8::MAX as u32, "a flag of the kernel's first eight");
        Flags(bits as u8)
    }

    /// The number that the kernel takes.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0 as u32
    }

    /// Those of `self` that `other` lacks.
    pub(crate) const fn without(self, other: Flags) -> Flags {
        Flags(self.0 & !other.0)
    }

    pub(crate) const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether there is no flag.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `flags` are set.
    #[must_use]
    pub const fn contains(self, flags: Flags) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// The flags, one by one.
    pub fn iter(self) -> impl Iterator<Item = Flags> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let others = rest & rest.checked_sub(1)?;
            let lowest = rest ^ others;
            rest = others;
            Some(Flags(lowest))
        })
    }
}

impl Flags {
    /// What [`Display`](fmt::Display) shows.
    pub(crate) fn say(self, line: &mut Line) {
        for (index, flag) in self.iter().enumerate() {
            line.text(if index == 0 { "" } else { " " });
            line.text(line_of(Flags::NAMES, flag.0.trailing_zeros() as usize));
        }
    }
}

impl BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

/// The names as a policy's `flags(…)` has them, with a space between them.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, |line| self.say(line))
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn listed_by_name() {
        let flags = Flags::SPEC_ALLOW | Flags::TSYNC;
        assert_eq!(flags.to_string(), "tsync spec_allow");
        assert_eq!(flags.iter().count(), 2);
        assert_eq!(flags.bits(), 5);
        assert!(flags.contains(Flags::TSYNC) && !flags.contains(Flags::LOG));
        assert_eq!(Flags::NONE.to_string(), "");
        assert!(Flags::NONE.is_empty() && !flags.is_empty());
    }
}
