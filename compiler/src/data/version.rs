//! Kernel versions.

use core::fmt;

/// A kernel version; stable updates don't count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The 6 of 6.12.
    pub major: u8,
    /// The 12 of 6.12.
    pub minor: u8,
}

impl Version {
    /// Older than every kernel: said of what came before 2.6, or at a time unknown.
    pub const MIN: Version = Version { major: 0, minor: 0 };
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
