//! Other files in place of the kernel's lists of actions.

use super::cell::Cell::{self, InForce, Warned, WarnedEnds};
use super::declared::{ALL_IN_FORCE, FLAG, FULL, NO_RIGHTS, UNKNOWN, missing, without_root};
use super::fault::{Fault, Group, Rights, here, outer};
use libc::EPERM;
use seccomptime_tests::support::machine::{Machine, Sysctl};

/// Longer than any that the kernel has.
const LONG: &str = "kill_process kill_thread trap errno user_notif trace log allow \
                    kill_the_process_and_whoever_started_it kill_the_thread_and_its_process \
                    kill_the_session_of_the_process kill_the_group_of_the_process_and_its_leader \
                    trap_and_log_and_go_on trap_and_log_and_kill errno_and_log errno_and_trap \
                    trace_or_else_trap trace_or_else_errno trace_or_else_kill_the_process \
                    notify_or_else_trap notify_or_else_errno notify_or_else_kill_the_process \
                    log_with_all_arguments log_with_the_stack log_once log_once_in_a_second \
                    allow_once allow_once_in_a_second allow_and_count allow_and_sleep\n";
const _: () = assert!(LONG.len() > 512, "longer than the room for it, too");

/// Where actions can't be asked for, so that the list is all there is.
fn available(file: Sysctl) -> Machine {
    outer(|outer| outer.probe_answers(EPERM)).actions_available(file)
}

const LACKS_LOG: &str = "seccomp(SECCOMP_GET_ACTION_AVAIL) answered EPERM: this kernel lacks `log`; it offers kill_thread trap errno trace allow; declare what replaces it, such as `log or errno(EPERM)`";

pub const AVAILABLE: Group = Group {
    title: "Asked for an action EPERM, and `actions_avail`",
    faults: &[
        Fault::file("absent", || available(Sysctl::Absent), UNKNOWN),
        Fault::file(
            "unreadable (mode 000)",
            || available(Sysctl::Unreadable),
            without_root(UNKNOWN),
        )
        .with(Rights::Without),
        Fault::file("a folder", || available(Sysctl::Folder), UNKNOWN),
        Fault::file(
            "empty (masked by a container)",
            || available(Sysctl::Says("")),
            UNKNOWN,
        ),
        Fault::file(
            "cut short",
            || {
                available(Sysctl::Says(
                    "kill_process kill_thread trap errno trace log",
                ))
            },
            UNKNOWN,
        ),
        Fault::file("very long", || available(Sysctl::Says(LONG)), UNKNOWN),
        Fault::file(
            "without the line's end",
            || {
                let list = "kill_process kill_thread trap errno user_notif trace log allow";
                available(Sysctl::Says(list))
            },
            ALL_IN_FORCE,
        ),
        Fault::file(
            "in another order",
            || {
                let list = "allow log trace user_notif errno trap kill_thread kill_process\n";
                available(Sysctl::Says(list))
            },
            ALL_IN_FORCE,
        ),
        Fault::file(
            "with names that nobody knows",
            || {
                let list = "kill_group kill_process kill_thread trap freeze errno log allow wave\n";
                available(Sysctl::Says(list))
            },
            ALL_IN_FORCE,
        ),
        Fault::file(
            "with names that begin or end as others do",
            || {
                let list = "kill_processes kill_thread trap errno trace logs syslog allow\n";
                available(Sysctl::Says(list))
            },
            missing(LACKS_LOG),
        ),
        Fault::file(
            "without the actions of 4.14",
            || available(Sysctl::Says("kill_thread trap errno trace allow\n")),
            missing(LACKS_LOG),
        ),
    ],
};

fn logged(file: Sysctl) -> Machine {
    here().actions_logged(file)
}

/// In force, but for what is said of the log: with `flags(log)`, and without.
const fn unknown(plain: &'static str, flags: &'static str) -> [Cell; 7] {
    let (plain, flags) = (InForce(plain), InForce(flags));
    [plain, plain, FULL, FULL, flags, plain, NO_RIGHTS]
}

/// `log` isn't listed.
const fn not_logged(flags: Cell) -> [Cell; 7] {
    let not = Warned("full; flags tsync; not logged: log");
    let Cell::Ends(no_rights) = NO_RIGHTS else {
        panic!("it ends");
    };
    [not, not, FULL, FULL, flags, not, WarnedEnds(no_rights)]
}

pub const LOGGED: Group = Group {
    title: "`actions_logged`",
    faults: &[
        Fault::file(
            "absent",
            || logged(Sysctl::Absent),
            unknown(
                "full; flags tsync; logging unknown: openat of /proc/sys/kernel/seccomp/actions_logged answered ENOENT (2)",
                "full; flags tsync log; logging unknown: openat of /proc/sys/kernel/seccomp/actions_logged answered ENOENT (2)",
            ),
        ),
        Fault::file(
            "unreadable (mode 000)",
            || logged(Sysctl::Unreadable),
            without_root(unknown(
                "full; flags tsync; logging unknown: openat of /proc/sys/kernel/seccomp/actions_logged answered EACCES (13)",
                "full; flags tsync log; logging unknown: openat of /proc/sys/kernel/seccomp/actions_logged answered EACCES (13)",
            )),
        )
        .with(Rights::Without),
        Fault::file(
            "a folder",
            || logged(Sysctl::Folder),
            unknown(
                "full; flags tsync; logging unknown: read of /proc/sys/kernel/seccomp/actions_logged answered EISDIR (21)",
                "full; flags tsync log; logging unknown: read of /proc/sys/kernel/seccomp/actions_logged answered EISDIR (21)",
            ),
        ),
        Fault::file(
            "very long",
            || logged(Sysctl::Says(LONG)),
            unknown(
                "full; flags tsync; logging unknown: a list longer than any of the kernel's",
                "full; flags tsync log; logging unknown: a list longer than any of the kernel's",
            ),
        ),
        Fault::file(
            "empty",
            || logged(Sysctl::Says("\n")),
            not_logged(InForce("full; flags tsync log; not logged: errno")),
        ),
        Fault::file(
            "without `log`",
            || logged(Sysctl::Says("kill_process errno\n")),
            not_logged(FLAG),
        ),
        Fault::file(
            "without the line's end",
            || logged(Sysctl::Says("kill_process errno log")),
            ALL_IN_FORCE,
        ),
        Fault::file(
            "in another order, with names that nobody knows",
            || logged(Sysctl::Says("log freeze errno kill_process\n")),
            ALL_IN_FORCE,
        ),
    ],
};
