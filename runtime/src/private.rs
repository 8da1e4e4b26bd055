//! What an expansion needs. Not public: it changes without notice between any two versions.

#[cfg(feature = "macros")]
pub use crate::__seccomptime_lower as lower;
pub use libc;
#[cfg(feature = "macros")]
pub use seccomptime_macros::__lower;

pub use crate::deciding::{always_allows, decides, keeps_out, never_allows};
pub use crate::enter::{enter_or_continue, enter_or_exit, enter_or_panic, enter_or_return};
pub use crate::integer::{Integer, integer};
pub use crate::link::{Linked, link, link_into};
pub use crate::masks::no_flag_more;
pub use crate::record::{At, Record, RecordKind};
pub use crate::report::{Reporter, can_report};
pub use crate::texts::{TEXTS_LENGTH, Texts};
use crate::uapi::{
    MAX_ERRNO, SECCOMP_RET_DATA, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_TRACE,
    SECCOMP_RET_TRAP,
};
pub use crate::values::{
    Bits, above_least, below_greatest, fits, flip, high, high_end, low, low_end, mask, sorted,
    within,
};
use crate::{Flags, Instruction, NotifyPolicy, Policy};

/// How a policy is to be installed.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The annotated function; empty for `policy!`.
    pub name: &'static str,
    /// Whom the filter covers.
    pub threads: Threads,
    /// The return value of the default action.
    pub default: u32,
    /// `SECCOMP_FILTER_FLAG_…` without TSYNC, which `threads` says.
    pub flags: Flags,
    /// Leave no_new_privs alone.
    pub keep_privs: bool,
    /// What replaces an action that the kernel lacks: the action's return value without data, and the replacement's return
    /// value, in the order declared.
    pub fallbacks: &'static [(u32, u32)],
    /// How what `trap` denies is told; `None` without `report`.
    pub report: Option<Reporter>,
    /// A debug build, which says on stderr that `log` isn't logged.
    pub debug: bool,
}

/// Whom a filter covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// Every thread of the process.
    All,
    /// The calling thread and what it spawns from then on.
    Calling,
}

/// The policy that a record and settings make.
#[must_use]
pub const fn policy<const N: usize, const F: usize, const T: usize>(
    record: &'static Record<N, F, T>,
    settings: Settings,
) -> Policy {
    Policy::new(record, settings)
}

/// A policy that says `notify`.
#[must_use]
pub const fn notify_policy(policy: Policy) -> NotifyPolicy {
    NotifyPolicy::new(policy)
}

static EMPTY_RECORD: Record<1, 0, 0> = Record::new(
    RecordKind::None,
    0,
    [Instruction {
        code: crate::uapi::BPF_RET_K,
        jt: 0,
        jf: 0,
        k: SECCOMP_RET_KILL_PROCESS,
    }],
    At {
        file: "",
        line: 0,
        column: 0,
    },
    [],
    0,
);

/// Denies everything: the value of a `policy!` that failed to compile.
pub const EMPTY: Policy = policy(
    &EMPTY_RECORD,
    Settings {
        name: "",
        threads: Threads::Calling,
        default: SECCOMP_RET_KILL_PROCESS,
        flags: Flags::NONE,
        keep_privs: false,
        fallbacks: &[],
        report: None,
        debug: false,
    },
);

/// The same for one that says `notify`.
pub const EMPTY_NOTIFY: NotifyPolicy = notify_policy(EMPTY);

/// The flags that a policy asks for, without TSYNC.
///
/// # Panics
///
/// Where this crate doesn't know one of them.
#[must_use]
pub const fn flags(bits: u8) -> Flags {
    let flags = Flags::from_bits(bits);
    let known = Flags::LOG
        .with(Flags::SPEC_ALLOW)
        .with(Flags::WAIT_KILLABLE);
    assert!(
        flags.without(known).is_empty(),
        "a filter flag that the runtime doesn't know"
    );
    flags
}

/// The return value of `errno(value)`.
///
/// # Panics
///
/// Where the value is no errno.
#[track_caller]
#[must_use]
pub const fn ret_errno(value: i128) -> u32 {
    assert!(
        value >= 1 && value <= MAX_ERRNO as i128,
        "errno must be between 1 and 4095"
    );
    SECCOMP_RET_ERRNO | value as u32
}

/// The return value of `trap(value)`.
///
/// # Panics
///
/// Where the value is over 16 bits.
#[track_caller]
#[must_use]
pub const fn ret_trap(value: i128) -> u32 {
    assert!(
        value >= 0 && value <= SECCOMP_RET_DATA as i128,
        "the value of `trap` must be between 0 and 65535"
    );
    SECCOMP_RET_TRAP | value as u32
}

/// The return value of `trace(value)`.
///
/// # Panics
///
/// Where the value is over 16 bits.
#[track_caller]
#[must_use]
pub const fn ret_trace(value: i128) -> u32 {
    assert!(
        value >= 0 && value <= SECCOMP_RET_DATA as i128,
        "the value of `trace` must be between 0 and 65535"
    );
    SECCOMP_RET_TRACE | value as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: () = assert!(ret_errno(1) == 0x0005_0001 && ret_errno(4095) == 0x0005_0fff);

    #[test]
    fn return_values_hold_their_data() {
        assert_eq!(ret_trap(0), 0x0003_0000);
        assert_eq!(ret_trap(0xffff), 0x0003_ffff);
        assert_eq!(ret_trace(7), 0x7ff0_0007);
    }

    #[test]
    fn flags_that_the_runtime_does_not_know_are_refused() {
        assert_eq!(flags(6), Flags::LOG | Flags::SPEC_ALLOW);
        for bits in [1, 1 << 3] {
            assert!(std::panic::catch_unwind(|| flags(bits)).is_err());
        }
    }

    #[test]
    fn values_out_of_range_are_refused() {
        let refused = |value: fn() -> u32| std::panic::catch_unwind(value).is_err();
        assert!(refused(|| ret_errno(0)));
        assert!(refused(|| ret_errno(4096)));
        assert!(refused(|| ret_errno(-1)));
        assert!(refused(|| ret_errno((1 << 32) + 1)));
        assert!(refused(|| ret_trap(0x1_0000)));
        assert!(refused(|| ret_trap(-1)));
        assert!(refused(|| ret_trace(0x1_0000)));
        assert!(refused(|| ret_trace(-1)));
    }
}
