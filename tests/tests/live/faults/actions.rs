//! Kernels that lack actions, and what refuses to say.

use super::cell::Cell::{self, Ends, InForce};
use super::declared::{ALL_IN_FORCE, FLAG, FULL, MISSING_KILL, NO_RIGHTS, missing};
use super::fault::{Fault, Group, here, outer};
use super::supervisors;
use libc::{EINVAL, ENOSYS, EOPNOTSUPP, EPERM, SECCOMP_GET_ACTION_AVAIL, SECCOMP_SET_MODE_FILTER};

const EINVAL_LACKS_LOG: &str = "seccomp(SECCOMP_GET_ACTION_AVAIL) answered EINVAL: this kernel lacks `log`; it offers kill_thread trap errno trace allow; declare what replaces it, such as `log or errno(EPERM)`";
const EOPNOTSUPP_LACKS_LOG: &str = "seccomp(SECCOMP_GET_ACTION_AVAIL) answered EOPNOTSUPP: this kernel lacks `log`; it offers kill_thread trap errno trace allow; declare what replaces it, such as `log or errno(EPERM)`";
const LACKS_LOG_ALONE: Cell = Ends(
    "seccomp(SECCOMP_GET_ACTION_AVAIL) answered EOPNOTSUPP: this kernel lacks `log`; it offers kill_process kill_thread trap errno user_notif trace allow; declare what replaces it, such as `log or errno(EPERM)`",
);
const ERRNO_FOR_LOG: Cell = InForce(
    "partial: errno(EACCES (13)) instead of log (missing); flags tsync; logging not asked for",
);
const LOGGED_AND_KILLS_THREADS: Cell =
    InForce("partial: kill_thread instead of kill_process (missing); flags tsync; logged");

pub const ASKED: Group = Group {
    title: "Asked for an action",
    faults: &[
        Fault::real("nothing odd", here, ALL_IN_FORCE),
        Fault::filter(
            "EINVAL (before 4.14)",
            || outer(|outer| outer.probe_answers(EINVAL)),
            missing(EINVAL_LACKS_LOG),
        ),
        Fault::supervisor(
            "EINVAL, and `log` loads, then kills (before 4.14, gVisor)",
            || {
                outer(|outer| outer.probe_answers(EINVAL).asks(SECCOMP_SET_MODE_FILTER))
                    .supervised(supervisors::kills_for_log)
            },
            missing(EINVAL_LACKS_LOG),
        ),
        Fault::filter(
            "EOPNOTSUPP",
            || outer(|outer| outer.probe_answers(EOPNOTSUPP)),
            missing(EOPNOTSUPP_LACKS_LOG),
        ),
        Fault::supervisor(
            "EOPNOTSUPP for `log` alone",
            || {
                outer(|outer| outer.asks(SECCOMP_GET_ACTION_AVAIL))
                    .supervised(supervisors::lacks_log)
            },
            [
                LACKS_LOG_ALONE,
                ERRNO_FOR_LOG,
                FULL,
                FULL,
                FLAG,
                LACKS_LOG_ALONE,
                LACKS_LOG_ALONE,
            ],
        ),
        Fault::supervisor(
            "EOPNOTSUPP for `kill_process` alone",
            || {
                outer(|outer| outer.asks(SECCOMP_GET_ACTION_AVAIL))
                    .supervised(supervisors::lacks_kill_process)
            },
            [
                LOGGED_AND_KILLS_THREADS,
                LOGGED_AND_KILLS_THREADS,
                MISSING_KILL,
                FULL,
                FLAG,
                LOGGED_AND_KILLS_THREADS,
                NO_RIGHTS,
            ],
        ),
        Fault::filter(
            "EPERM (a sandbox)",
            || outer(|outer| outer.probe_answers(EPERM)),
            ALL_IN_FORCE,
        ),
        Fault::filter(
            "ENOSYS (a sandbox)",
            || outer(|outer| outer.probe_answers(ENOSYS)),
            ALL_IN_FORCE,
        ),
    ],
};
