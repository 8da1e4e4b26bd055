//! What is declared for more than one fault.

use super::cell::Cell::{self, Ends, InForce};

pub const FULL: Cell = InForce("full; flags tsync; logging not asked for");
pub const LOGGED: Cell = InForce("full; flags tsync; logged");
pub const FLAG: Cell = InForce("full; flags tsync log; logged");
pub const NO_RIGHTS: Cell = Ends(
    "seccomp(SECCOMP_SET_MODE_FILTER) answered EACCES: no_new_privs isn't set; leave `keep_privs` out, or have CAP_SYS_ADMIN",
);

/// Nothing is lacking.
pub const ALL_IN_FORCE: [Cell; 7] = [LOGGED, LOGGED, FULL, FULL, FLAG, LOGGED, NO_RIGHTS];

/// Ends, whatever the policy.
pub const fn all_end(line: &'static str) -> [Cell; 7] {
    [Ends(line); 7]
}

/// The same, of those policies that don't keep privileges.
pub const fn all_end_but_keeping(line: &'static str) -> [Cell; 7] {
    let end = Ends(line);
    [end, end, end, end, end, LOGGED, NO_RIGHTS]
}

pub const MISSING_KILL: Cell = InForce(
    "partial: kill_thread instead of kill_process (missing); flags tsync; logging not asked for",
);
const MISSING_BOTH: Cell = InForce(
    "partial: kill_thread instead of kill_process (missing), errno(EACCES (13)) instead of log (missing); flags tsync; logging not asked for",
);
const UNKNOWN_KILL: Cell = InForce(
    "partial: kill_thread instead of kill_process (no telling); flags tsync; logging not asked for",
);
const UNKNOWN_BOTH: Cell = InForce(
    "partial: kill_thread instead of kill_process (no telling), errno(EACCES (13)) instead of log (no telling); flags tsync; logging not asked for",
);

/// The actions of 4.14 are missing; the line is that of a policy with nothing in place of `log`.
pub const fn missing(line: &'static str) -> [Cell; 7] {
    let no = Ends(line);
    [no, MISSING_BOTH, MISSING_KILL, FULL, FLAG, no, no]
}

/// No telling whether they are there.
pub const UNKNOWN: [Cell; 7] = {
    let no = Ends(
        "seccomp(SECCOMP_GET_ACTION_AVAIL) answered EPERM: no telling whether this kernel has `log`; it offers kill_thread trap errno trace allow; declare what replaces it, such as `log or errno(EPERM)`",
    );
    [no, UNKNOWN_BOTH, UNKNOWN_KILL, FULL, FLAG, no, no]
};

/// The same cells, where root can't be stopped.
pub const fn without_root(cells: [Cell; 7]) -> [Cell; 7] {
    let [log, or, kill, errno, flags, _, without] = cells;
    [log, or, kill, errno, flags, Cell::None, without]
}
