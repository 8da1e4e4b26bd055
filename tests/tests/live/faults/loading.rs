//! What keeps a filter from being loaded, or makes up that it was.

use super::cell::Cell::{self, Dies, Ends, InForce};
use super::declared::{ALL_IN_FORCE, FLAG, FULL, LOGGED, NO_RIGHTS, all_end, all_end_but_keeping};
use super::fault::{Fault, Group, Rights, here, outer};
use super::supervisors;
use libc::{EINVAL, EPERM, ESRCH, SECCOMP_SET_MODE_FILTER};
use seccomptime_tests::support::bpf::Outer;
use seccomptime_tests::support::machine::Machine;

const UNSET: &str =
    "prctl(PR_SET_NO_NEW_PRIVS) answered 0: a sandbox is in the way; allow `@install` in it";

fn claims_no_new_privs() -> Machine {
    outer(|outer| outer.no_new_privs_answers(0).asks_no_new_privs())
        .supervised(supervisors::has_no_new_privs)
}

pub const PRIVILEGES: Group = Group {
    title: "no_new_privs",
    faults: &[
        Fault::filter(
            "refused",
            || outer(|outer| outer.no_new_privs_answers(EINVAL)),
            all_end_but_keeping(
                "prctl(PR_SET_NO_NEW_PRIVS) answered EINVAL: a sandbox is in the way; allow `@install` in it",
            ),
        )
        .made_by_root(),
        Fault::filter(
            "claimed and not set",
            || outer(|outer| outer.no_new_privs_answers(0)),
            all_end_but_keeping(UNSET),
        )
        .made_by_root(),
        Fault::supervisor(
            "claimed when set and when asked for, without CAP_SYS_ADMIN",
            claims_no_new_privs,
            {
                const REFUSED: Cell = Ends(
                    "seccomp(SECCOMP_SET_MODE_FILTER) answered EACCES: a sandbox is in the way; allow `@install` in it",
                );
                let end = REFUSED;
                [end, end, end, end, end, Cell::None, NO_RIGHTS]
            },
        )
        .with(Rights::Without)
        .made_by_root(),
        Fault::supervisor(
            "the same with CAP_SYS_ADMIN: the kernel takes the filter",
            claims_no_new_privs,
            [LOGGED, LOGGED, FULL, FULL, FLAG, LOGGED, Cell::None],
        )
        .with(Rights::With)
        .made_by_root(),
    ],
};

const LACKS_FLAG: Cell = Ends(
    "seccomp(SECCOMP_SET_MODE_FILTER) answered EINVAL: this kernel lacks `log`; leave it out of `flags(…)`, or use a newer kernel: tsync takes 3.17, log 4.14, spec_allow 4.17",
);
const OTHER_FILTERS: Cell = Ends(
    "seccomp(SECCOMP_SET_MODE_FILTER) answered ID: this thread has other filters; install earlier",
);
const OTHER_FILTERS_BY_NAME: Cell = Ends(
    "seccomp(SECCOMP_SET_MODE_FILTER) answered ID (`early`): this thread has other filters; install earlier",
);
const NO_ROOM: Cell = Ends(
    "seccomp(SECCOMP_SET_MODE_FILTER) answered ENOMEM: filters hold 32768 instructions in all; install fewer",
);

pub const THREADS: Group = Group {
    title: "Flags, threads, room",
    faults: &[
        Fault::filter(
            "no flag but TSYNC (before 4.14)",
            || outer(Outer::without_flags_but_tsync),
            [LOGGED, LOGGED, FULL, FULL, LACKS_FLAG, LOGGED, NO_RIGHTS],
        ),
        Fault::filter(
            "TSYNC answers ESRCH",
            || outer(|outer| outer.tsync_answers(ESRCH)),
            all_end(
                "seccomp(SECCOMP_SET_MODE_FILTER) answered ESRCH: a sandbox is in the way; allow `@install` in it",
            ),
        ),
        Fault::supervisor(
            "TSYNC answers an id",
            || {
                outer(|outer| outer.asks(SECCOMP_SET_MODE_FILTER))
                    .supervised(supervisors::names_a_thread)
            },
            [OTHER_FILTERS; 7],
        ),
        Fault::supervisor(
            "the same to the null program",
            || {
                outer(|outer| outer.asks(SECCOMP_SET_MODE_FILTER))
                    .supervised(supervisors::names_a_thread_without_a_look)
            },
            all_end(
                "seccomp(SECCOMP_SET_MODE_FILTER) answered ID: a sandbox is in the way; allow `@install` in it",
            ),
        ),
        Fault::real(
            "a thread from before `main` with a filter of its own",
            || here().early_thread("filtered"),
            [
                OTHER_FILTERS_BY_NAME,
                OTHER_FILTERS_BY_NAME,
                OTHER_FILTERS,
                OTHER_FILTERS,
                OTHER_FILTERS_BY_NAME,
                OTHER_FILTERS_BY_NAME,
                NO_RIGHTS,
            ],
        ),
        Fault::real(
            "a thread from before `main` without one",
            || here().early_thread("bare"),
            ALL_IN_FORCE,
        ),
        Fault::real(
            "as many filters as the kernel takes",
            || here().full(),
            [
                NO_ROOM, NO_ROOM, NO_ROOM, NO_ROOM, NO_ROOM, NO_ROOM, NO_RIGHTS,
            ],
        ),
    ],
};

const THROUGH_PRCTL: Cell = InForce("full; through prctl; logging not asked for");
const THROUGH_PRCTL_LOGGED: Cell = InForce("full; through prctl; logged");
const NO_FILTERS: &str = "seccomp(SECCOMP_SET_MODE_FILTER) answered EINVAL: this kernel has no filters; it takes CONFIG_SECCOMP_FILTER";
const SANDBOX_EPERM: &str = "seccomp(SECCOMP_SET_MODE_FILTER) answered EPERM: a sandbox is in the way; allow `@install` in it";

pub const SANDBOXES: Group = Group {
    title: "No seccomp(2), no filters, another sandbox",
    faults: &[
        Fault::filter(
            "no seccomp(2) (before 3.17)",
            || outer(Outer::without_seccomp),
            [
                THROUGH_PRCTL_LOGGED,
                THROUGH_PRCTL_LOGGED,
                THROUGH_PRCTL,
                THROUGH_PRCTL,
                Ends(
                    "seccomp(SECCOMP_SET_MODE_FILTER) answered ENOSYS: this kernel lacks `log`; leave it out of `flags(…)`, or use a newer kernel: tsync takes 3.17, log 4.14, spec_allow 4.17",
                ),
                THROUGH_PRCTL_LOGGED,
                Ends(
                    "prctl(PR_SET_SECCOMP) answered EACCES: no_new_privs isn't set; leave `keep_privs` out, or have CAP_SYS_ADMIN",
                ),
            ],
        ),
        Fault::filter(
            "no seccomp(2), and a thread from before `main`",
            || outer(Outer::without_seccomp).early_thread("bare"),
            all_end(
                "unshare(CLONE_THREAD) answered EINVAL: other threads, and no seccomp(2) for them; install earlier",
            ),
        ),
        Fault::filter(
            "the same, and unshare(2) claims that there is none",
            || outer(|outer| outer.without_seccomp().unshare_answers(0)).early_thread("bare"),
            all_end(
                "unshare(CLONE_THREAD) answered 0: a sandbox is in the way; allow `@install` in it",
            ),
        ),
        Fault::filter(
            "no filters (no CONFIG_SECCOMP_FILTER)",
            || outer(Outer::without_filters),
            all_end(NO_FILTERS),
        ),
        Fault::filter(
            "no seccomp(2), no filters (no CONFIG_SECCOMP, qemu-user)",
            || outer(|outer| outer.without_seccomp().without_filters()),
            all_end(
                "prctl(PR_SET_SECCOMP) answered EINVAL: this kernel has no filters; it takes CONFIG_SECCOMP_FILTER",
            ),
        ),
        Fault::filter(
            "loading is refused",
            || outer(|outer| outer.loads_answer(EPERM)),
            all_end(SANDBOX_EPERM),
        ),
        Fault::filter(
            "success with nothing installed",
            || outer(Outer::installs_nothing),
            all_end(
                "seccomp(SECCOMP_SET_MODE_FILTER) answered 0: a sandbox is in the way; allow `@install` in it",
            ),
        ),
        Fault::filter(
            "the same, but the kernel itself answers to the null program",
            || outer(Outer::installs_nothing_but_null),
            all_end(
                "seccomp(SECCOMP_SET_MODE_FILTER) answered 0: a sandbox is in the way; allow `@install` in it",
            ),
        ),
        Fault::filter(
            "no seccomp(2), and success with nothing installed",
            || outer(|outer| outer.without_seccomp().installs_nothing()),
            all_end(
                "prctl(PR_SET_SECCOMP) answered 0: a sandbox is in the way; allow `@install` in it",
            ),
        ),
    ],
};

fn endless(rules: fn(Outer) -> Outer) -> Machine {
    outer(|outer| rules(outer.without_filters()))
}

pub const ENDS: Group = Group {
    title: "No filters, and the end is answered",
    faults: &[
        Fault::filter(
            "exit_group answers 0",
            || endless(|outer| outer.exit_group_answers(0)),
            all_end(NO_FILTERS),
        )
        .ends_by_libc(),
        Fault::filter(
            "exit_group answers EPERM",
            || endless(|outer| outer.exit_group_answers(EPERM)),
            all_end(NO_FILTERS),
        )
        .ends_by_libc(),
        Fault::filter(
            "exit_group and exit answer 0",
            || endless(|outer| outer.exits_answer(0)),
            [Dies(NO_FILTERS); 7],
        )
        .ends_by_libc(),
        Fault::filter(
            "exit_group and exit answer EPERM",
            || endless(|outer| outer.exits_answer(EPERM)),
            [Dies(NO_FILTERS); 7],
        )
        .ends_by_libc(),
    ],
};
