use core::fmt;

use crate::words::word;

/// A system call that this crate makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// `seccomp(SECCOMP_SET_MODE_FILTER)`: asks for flags, and loads.
    SetModeFilter,
    /// `seccomp(SECCOMP_GET_ACTION_AVAIL)`
    GetActionAvail,
    /// `prctl(PR_SET_SECCOMP)`: loads where there is no seccomp(2).
    PrctlSetSeccomp,
    /// `prctl(PR_SET_NO_NEW_PRIVS)`
    SetNoNewPrivs,
    /// `prctl(PR_GET_NO_NEW_PRIVS)`
    GetNoNewPrivs,
    /// `openat`, and the `close` that follows
    Open,
    /// `read`
    Read,
    /// `write`
    Write,
    /// `rt_sigaction(SIGSYS)`, for the reporter
    SetSigaction,
}

impl Call {
    /// The call as a C programmer writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        // In the order of the calls.
        let names = "seccomp(SECCOMP_SET_MODE_FILTER) seccomp(SECCOMP_GET_ACTION_AVAIL) \
                     prctl(PR_SET_SECCOMP) prctl(PR_SET_NO_NEW_PRIVS) prctl(PR_GET_NO_NEW_PRIVS) \
                     openat read write rt_sigaction(SIGSYS)";
        word(names, self as usize)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_name() {
        let names = [
            (Call::SetModeFilter, "seccomp(SECCOMP_SET_MODE_FILTER)"),
            (Call::GetActionAvail, "seccomp(SECCOMP_GET_ACTION_AVAIL)"),
            (Call::PrctlSetSeccomp, "prctl(PR_SET_SECCOMP)"),
            (Call::SetNoNewPrivs, "prctl(PR_SET_NO_NEW_PRIVS)"),
            (Call::GetNoNewPrivs, "prctl(PR_GET_NO_NEW_PRIVS)"),
            (Call::Open, "openat"),
            (Call::Read, "read"),
            (Call::Write, "write"),
            (Call::SetSigaction, "rt_sigaction(SIGSYS)"),
        ];
        for (call, name) in names {
            assert_eq!(call.name(), name);
        }
    }
}
