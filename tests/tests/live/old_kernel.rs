//! Kernels that answer otherwise, faked by an outer filter that is in force before the program starts: each gives what the policy
//! declared, or ends the program with status 78 and one line, and no user code runs without the filter.

use libc::{EINVAL, ENOSYS, EOPNOTSUPP, EPERM, ESRCH};
use seccomptime_tests::support::bpf::Outer;
use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::guarded::{IN_FORCE, UNPROTECTED};
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::program::{self, Ran};
use std::io::Write;
use std::process::Command;

const LOG: &str = env!("CARGO_BIN_EXE_guarded_log");
const LOG_OR_ERRNO: &str = env!("CARGO_BIN_EXE_guarded_log_or_errno");
const KILL: &str = env!("CARGO_BIN_EXE_guarded_kill");
const ERRNO: &str = env!("CARGO_BIN_EXE_guarded_errno");
const FLAGS: &str = env!("CARGO_BIN_EXE_guarded_flags");
const ON_ERROR_RETURN: &str = env!("CARGO_BIN_EXE_on_error_return");
const ON_ERROR_PANIC: &str = env!("CARGO_BIN_EXE_on_error_panic");
const ON_ERROR_CONTINUE: &str = env!("CARGO_BIN_EXE_on_error_continue");
const ALL: [&str; 5] = [LOG, LOG_OR_ERRNO, KILL, ERRNO, FLAGS];

/// The status of a program that couldn't be protected.
const UNPROTECTABLE: i32 = 78;

fn run(program: &str, outer: Outer) -> Ran {
    program::run(program::under(Command::new(program), outer.build()))
}

fn run_unprivileged(program: &str, outer: Outer) -> Ran {
    let command = program::under(Command::new(program), outer.build());
    program::run(program::unprivileged(command))
}

#[track_caller]
fn in_force(ran: &Ran) {
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    assert_eq!(ran.stdout, IN_FORCE, "{ran:?}");
}

/// Ended before user code, with one line that says these words.
#[track_caller]
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.end, End::Exited(UNPROTECTABLE), "{ran:?}");
    line(ran, words);
}

#[track_caller]
fn line(ran: &Ran, words: &[&str]) {
    assert_eq!(ran.stdout, "", "user code ran: {ran:?}");
    assert_eq!(ran.stderr.matches('\n').count(), 1, "one line: {ran:?}");
    assert!(ran.stderr.ends_with('\n'), "a whole line: {ran:?}");
    for word in words {
        assert!(ran.stderr.contains(word), "no `{word}`: {ran:?}");
    }
}

/// A kernel that answers otherwise.
type Fake = fn() -> Outer;

/// All of them.
const FAKES: [(&str, Fake); 14] = [
    ("nothing", Outer::passing),
    ("no seccomp", || Outer::passing().without_seccomp()),
    ("probe EINVAL", || Outer::passing().probe_answers(EINVAL)),
    ("probe EOPNOTSUPP", || {
        Outer::passing().probe_answers(EOPNOTSUPP)
    }),
    ("probe EPERM", || Outer::passing().probe_answers(EPERM)),
    ("probe ENOSYS", || Outer::passing().probe_answers(ENOSYS)),
    ("no_new_privs EINVAL", || {
        Outer::passing().no_new_privs_answers(EINVAL)
    }),
    ("no_new_privs 0", || {
        Outer::passing().no_new_privs_answers(0)
    }),
    ("TSYNC alone", || Outer::passing().without_flags_but_tsync()),
    ("no filters", || Outer::passing().without_filters()),
    ("no seccomp, no filters", || {
        Outer::passing().without_seccomp().without_filters()
    }),
    ("TSYNC ESRCH", || Outer::passing().tsync_answers(ESRCH)),
    ("success and nothing", || {
        Outer::passing().installs_nothing()
    }),
    ("no seccomp, success and nothing", || {
        Outer::passing().without_seccomp().installs_nothing()
    }),
];

pub fn user_code_never_runs_unprotected() -> Outcome {
    for program in ALL {
        for (fake, outer) in FAKES {
            for ran in [run(program, outer()), run_unprivileged(program, outer())] {
                let what = format!("{program} under `{fake}`: {ran:?}");
                assert!(!ran.stdout.contains(UNPROTECTED), "{what}");
                match ran.end {
                    End::Exited(0) => assert_eq!(ran.stdout, IN_FORCE, "{what}"),
                    End::Exited(UNPROTECTABLE) => line(&ran, &[]),
                    _ => panic!("{what}"),
                }
            }
        }
    }
    Ok(())
}

pub fn this_kernel_puts_every_policy_in_force() -> Outcome {
    for program in ALL {
        in_force(&run(program, Outer::passing()));
        in_force(&run_unprivileged(program, Outer::passing()));
    }
    Ok(())
}

pub fn no_seccomp_call_installs_through_prctl() -> Outcome {
    for program in [LOG, LOG_OR_ERRNO, KILL, ERRNO] {
        in_force(&run(program, Outer::passing().without_seccomp()));
    }
    Ok(())
}

pub fn no_seccomp_call_has_no_flags() -> Outcome {
    refused(&run(FLAGS, Outer::passing().without_seccomp()), &["log"]);
    Ok(())
}

pub fn a_probe_of_einval_means_no_log() -> Outcome {
    refused(&run(LOG, Outer::passing().probe_answers(EINVAL)), &["log"]);
    Ok(())
}

pub fn a_probe_of_eopnotsupp_means_no_log() -> Outcome {
    let outer = Outer::passing().probe_answers(EOPNOTSUPP);
    refused(&run(LOG, outer), &["log"]);
    Ok(())
}

pub fn what_is_said_after_or_replaces_log() -> Outcome {
    for answer in [EINVAL, EOPNOTSUPP] {
        let outer = Outer::passing().probe_answers(answer);
        in_force(&run(LOG_OR_ERRNO, outer));
    }
    Ok(())
}

pub fn kill_thread_replaces_kill_process_by_itself() -> Outcome {
    for answer in [EINVAL, EOPNOTSUPP] {
        in_force(&run(KILL, Outer::passing().probe_answers(answer)));
    }
    Ok(())
}

pub fn errno_needs_no_probe() -> Outcome {
    for answer in [EINVAL, EOPNOTSUPP, EPERM, ENOSYS] {
        in_force(&run(ERRNO, Outer::passing().probe_answers(answer)));
    }
    Ok(())
}

pub fn a_refused_probe_is_answered_by_the_sysctl() -> Outcome {
    for answer in [EPERM, ENOSYS] {
        for program in [LOG, LOG_OR_ERRNO, KILL] {
            in_force(&run(program, Outer::passing().probe_answers(answer)));
        }
    }
    Ok(())
}

/// What the kernel says it has, where it can't be asked by a call.
const SYSCTL: &str = "/proc/sys/kernel/seccomp/actions_avail";

/// Runs where the probe is refused and the sysctl says this, or isn't there.
fn run_with_sysctl(program: &str, actions: Option<&str>) -> Ran {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    let path = actions.map(|actions| {
        writeln!(file, "{actions}").expect("a temporary file");
        file.path()
    });
    let outer = Outer::passing().probe_answers(EPERM).build();
    // The mount comes before the filter: what is done before exec is done in order.
    let command = program::finding(Command::new(program), SYSCTL, path);
    program::run(program::under(command, outer))
}

pub fn a_sysctl_without_log_means_no_log() -> Outcome {
    program::needs_sys_admin()?;
    let old = Some("kill_thread trap errno trace allow");
    refused(&run_with_sysctl(LOG, old), &["log"]);
    in_force(&run_with_sysctl(LOG_OR_ERRNO, old));
    in_force(&run_with_sysctl(KILL, old));
    in_force(&run_with_sysctl(ERRNO, old));
    Ok(())
}

pub fn what_nobody_can_tell_is_not_taken_for_there() -> Outcome {
    program::needs_sys_admin()?;
    refused(&run_with_sysctl(LOG, None), &["log"]);
    in_force(&run_with_sysctl(LOG_OR_ERRNO, None));
    in_force(&run_with_sysctl(KILL, None));
    in_force(&run_with_sysctl(ERRNO, None));
    Ok(())
}

pub fn no_new_privs_refused_ends_with_78() -> Outcome {
    for program in ALL {
        let outer = Outer::passing().no_new_privs_answers(EINVAL);
        refused(&run(program, outer), &["PR_SET_NO_NEW_PRIVS", "EINVAL"]);
    }
    Ok(())
}

pub fn no_new_privs_claimed_ends_with_78() -> Outcome {
    // To fake that no_new_privs isn't set, the outer filter must have been installed without it.
    program::needs_sys_admin()?;
    for program in ALL {
        let outer = || Outer::passing().no_new_privs_answers(0);
        for ran in [run(program, outer()), run_unprivileged(program, outer())] {
            refused(&ran, &["PR_SET_NO_NEW_PRIVS"]);
        }
    }
    Ok(())
}

pub fn a_kernel_of_tsync_alone_takes_a_policy_without_flags() -> Outcome {
    for program in [LOG, KILL, ERRNO] {
        in_force(&run(program, Outer::passing().without_flags_but_tsync()));
    }
    let outer = Outer::passing().without_flags_but_tsync();
    refused(&run(FLAGS, outer), &["log"]);
    Ok(())
}

pub fn a_kernel_without_filters_ends_with_78() -> Outcome {
    for program in ALL {
        refused(
            &run(program, Outer::passing().without_filters()),
            &["EINVAL"],
        );
    }
    Ok(())
}

pub fn a_kernel_without_seccomp_at_all_ends_with_78() -> Outcome {
    for program in ALL {
        let outer = Outer::passing().without_seccomp().without_filters();
        refused(&run(program, outer), &["no seccomp filters"]);
    }
    Ok(())
}

pub fn a_success_that_installs_nothing_ends_with_78() -> Outcome {
    for program in ALL {
        refused(&run(program, Outer::passing().installs_nothing()), &[]);
    }
    Ok(())
}

pub fn an_exit_group_that_is_answered_leaves_exit() -> Outcome {
    for answer in [0, EPERM, ENOSYS] {
        let outer = Outer::passing().without_filters();
        refused(&run(ERRNO, outer.exit_group_answers(answer)), &[]);
    }
    Ok(())
}

pub fn exits_that_are_answered_leave_the_trapping_instruction() -> Outcome {
    for answer in [0, EPERM, ENOSYS] {
        let outer = Outer::passing().without_filters().exits_answer(answer);
        let ran = run(ERRNO, outer);
        assert!(matches!(ran.end, End::Killed(_)), "{ran:?}");
        line(&ran, &[]);
    }
    Ok(())
}

/// Runs a program whose policy can't be put in force.
fn unprotectable(program: &str) -> Ran {
    run(program, Outer::passing().without_filters())
}

pub fn on_error_return_is_an_error_of_main() -> Outcome {
    in_force(&run(ON_ERROR_RETURN, Outer::passing()));
    let ran = unprotectable(ON_ERROR_RETURN);
    assert_eq!(ran.end, End::Exited(1), "{ran:?}");
    assert_eq!(ran.stdout, "", "{ran:?}");
    // As std shows an error of main.
    assert!(ran.stderr.starts_with("Error: NoFilterMode"), "{ran:?}");
    Ok(())
}

pub fn on_error_panic_panics() -> Outcome {
    in_force(&run(ON_ERROR_PANIC, Outer::passing()));
    let ran = unprotectable(ON_ERROR_PANIC);
    assert_eq!(ran.end, End::Exited(101), "{ran:?}");
    assert_eq!(ran.stdout, "", "{ran:?}");
    assert!(ran.stderr.contains("is not protected"), "{ran:?}");
    Ok(())
}

pub fn on_error_continue_says_so_and_goes_on() -> Outcome {
    in_force(&run(ON_ERROR_CONTINUE, Outer::passing()));
    let ran = unprotectable(ON_ERROR_CONTINUE);
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    assert_eq!(ran.stdout, UNPROTECTED, "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    assert!(
        ran.stderr.contains("is not protected and goes on"),
        "{ran:?}"
    );
    Ok(())
}
