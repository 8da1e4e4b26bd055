//! Kernels that answer otherwise than this one, faked by an outer filter, or by a supervisor above it.

use super::bpf::{ALLOW, NOTIFY, Outer, When, errno};
use libc::{SYS_prctl, SYS_seccomp};

/// `SECCOMP_FILTER_FLAG_TSYNC` (linux/seccomp.h), as wide as an instruction's constant.
const TSYNC: u32 = 1;

/// A rule for an operation of seccomp(2).
fn operation(outer: Outer, operation: libc::c_uint, more: &[When], answer: i32) -> Outer {
    let conditions = [&[When::Is(0, operation)], more].concat();
    outer.rule(SYS_seccomp, &conditions, errno(answer))
}

/// A rule for an option of prctl(2).
fn option(outer: Outer, option: libc::c_int, answer: i32) -> Outer {
    let option = u32::try_from(option).expect("options are positive");
    outer.rule(SYS_prctl, &[When::Is(0, option)], errno(answer))
}

impl Outer {
    /// Before 3.17: no seccomp(2), while prctl(2) still installs.
    pub fn without_seccomp(self) -> Self {
        self.rule(SYS_seccomp, &[], errno(libc::ENOSYS))
    }

    /// `SECCOMP_GET_ACTION_AVAIL` answers every question alike: EINVAL before 4.14, EPERM or ENOSYS in a sandbox.
    pub fn probe_answers(self, answer: i32) -> Self {
        operation(self, libc::SECCOMP_GET_ACTION_AVAIL, &[], answer)
    }

    /// `PR_SET_NO_NEW_PRIVS` answers this; 0 claims what was not done.
    pub fn no_new_privs_answers(self, answer: i32) -> Self {
        option(self, libc::PR_SET_NO_NEW_PRIVS, answer)
    }

    /// Before 4.14: TSYNC is the one flag.
    pub fn without_flags_but_tsync(self) -> Self {
        let has = [When::Has(1, !TSYNC)];
        operation(self, libc::SECCOMP_SET_MODE_FILTER, &has, libc::EINVAL)
    }

    /// This flag is unknown: the kernel is older.
    pub fn without_flag(self, flag: u32) -> Self {
        let has = [When::Has(1, flag)];
        operation(self, libc::SECCOMP_SET_MODE_FILTER, &has, libc::EINVAL)
    }

    /// Neither interface installs: a kernel without filters.
    pub fn without_filters(self) -> Self {
        let outer = self.rule(SYS_seccomp, &[], errno(libc::EINVAL));
        option(outer, libc::PR_SET_SECCOMP, libc::EINVAL)
    }

    /// Only TSYNC fails, as where a thread can't be synchronised.
    pub fn tsync_answers(self, answer: i32) -> Self {
        let has = [When::Has(1, TSYNC)];
        operation(self, libc::SECCOMP_SET_MODE_FILTER, &has, answer)
    }

    /// Both interfaces claim success and install nothing.
    pub fn installs_nothing(self) -> Self {
        let outer = operation(self, libc::SECCOMP_SET_MODE_FILTER, &[], 0);
        option(outer, libc::PR_SET_SECCOMP, 0)
    }

    /// The same, but the kernel itself answers to the null program.
    pub fn installs_nothing_but_null(self) -> Self {
        let load = When::Is(0, libc::SECCOMP_SET_MODE_FILTER);
        self.rule(SYS_seccomp, &[load, When::Is(2, 0)], ALLOW)
            .installs_nothing()
    }

    /// Ending the process answers an errno: what must end has its threads' end left.
    pub fn exit_group_answers(self, answer: i32) -> Self {
        self.rule(libc::SYS_exit_group, &[], errno(answer))
    }

    /// Ending answers an errno: what must end has the trapping instruction left.
    pub fn exits_answer(self, answer: i32) -> Self {
        self.exit_group_answers(answer)
            .rule(libc::SYS_exit, &[], errno(answer))
    }

    /// Another sandbox refuses to install.
    pub fn loads_answer(self, answer: i32) -> Self {
        let outer = operation(self, libc::SECCOMP_SET_MODE_FILTER, &[], answer);
        option(outer, libc::PR_SET_SECCOMP, answer)
    }

    /// unshare(2) answers this, whatever it is asked for.
    pub fn unshare_answers(self, answer: i32) -> Self {
        self.rule(libc::SYS_unshare, &[], errno(answer))
    }

    /// A supervisor is asked for this operation of seccomp(2).
    pub fn asks(self, operation: libc::c_uint) -> Self {
        self.rule(SYS_seccomp, &[When::Is(0, operation)], NOTIFY)
    }

    /// A supervisor is asked whether no_new_privs is set.
    pub fn asks_no_new_privs(self) -> Self {
        let option = u32::try_from(libc::PR_GET_NO_NEW_PRIVS).expect("options are positive");
        self.rule(SYS_prctl, &[When::Is(0, option)], NOTIFY)
    }
}
