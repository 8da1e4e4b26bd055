use core::fmt;

use crate::words::line_of;

/// A system call that this crate makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// `seccomp(SECCOMP_SET_MODE_FILTER)`: asks for flags, and loads.
    SetModeFilter,
    /// `prctl(PR_SET_NO_NEW_PRIVS)`, and the `prctl(PR_GET_NO_NEW_PRIVS)` that follows
    SetNoNewPrivs,
    /// `prctl(PR_SET_SECCOMP)`: loads where there is no seccomp(2).
    PrctlSetSeccomp,
    /// `unshare(CLONE_THREAD)`, which changes nothing, and succeeds where there is one thread.
    UnshareThread,
    /// `seccomp(SECCOMP_GET_ACTION_AVAIL)`
    GetActionAvail,
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
    /// All of them.
    pub(crate) const ALL: [Call; 9] = [
        Call::SetModeFilter,
        Call::SetNoNewPrivs,
        Call::PrctlSetSeccomp,
        Call::UnshareThread,
        Call::GetActionAvail,
        Call::Open,
        Call::Read,
        Call::Write,
        Call::SetSigaction,
    ];

    /// The names of all, in their order.
    pub(crate) const NAMES: &'static str = "\
seccomp(SECCOMP_SET_MODE_FILTER)
prctl(PR_SET_NO_NEW_PRIVS)
prctl(PR_SET_SECCOMP)
unshare(CLONE_THREAD)
seccomp(SECCOMP_GET_ACTION_AVAIL)
openat
read
write
rt_sigaction(SIGSYS)";

    /// The call as a C programmer writes it.
    #[must_use]
    #[inline(never)]
    pub const fn name(self) -> &'static str {
        line_of(Call::NAMES, self as usize)
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
            (Call::SetNoNewPrivs, "prctl(PR_SET_NO_NEW_PRIVS)"),
            (Call::PrctlSetSeccomp, "prctl(PR_SET_SECCOMP)"),
            (Call::UnshareThread, "unshare(CLONE_THREAD)"),
            (Call::GetActionAvail, "seccomp(SECCOMP_GET_ACTION_AVAIL)"),
            (Call::Open, "openat"),
            (Call::Read, "read"),
            (Call::Write, "write"),
            (Call::SetSigaction, "rt_sigaction(SIGSYS)"),
        ];
        for (call, name) in names {
            assert_eq!(call.name(), name);
        }
        assert_eq!(Call::ALL, names.map(|(call, _)| call));
        for (index, call) in Call::ALL.into_iter().enumerate() {
            assert_eq!(call as usize, index);
        }
    }
}
