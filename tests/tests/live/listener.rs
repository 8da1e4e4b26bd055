//! Listeners: who answers, what with, and what becomes of a call when one of the two is gone.

use seccomptime_tests::support::bpf::{Outer, Program, When, errno};
use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::harness::{Outcome, Skip};
use seccomptime_tests::support::program;
use std::process::Command;

const SUPERVISED: &str = env!("CARGO_BIN_EXE_supervised");
const SOAK: &str = env!("CARGO_BIN_EXE_soak");

/// `SECCOMP_FILTER_FLAG_…` (linux/seccomp.h).
const NEW_LISTENER: u32 = 1 << 3;
const TSYNC_ESRCH: u32 = 1 << 4;
const WAIT_KILLABLE_RECV: u32 = 1 << 5;

/// The last thing that these tests need came with 5.19.
fn needs_listeners() -> Result<(), Skip> {
    let flags = NEW_LISTENER | WAIT_KILLABLE_RECV;
    // SAFETY: no program is passed, so that nothing can be installed.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags,
            std::ptr::null::<libc::sock_fprog>(),
        )
    };
    let errno = std::io::Error::last_os_error().raw_os_error();
    if answer == -1 && errno == Some(libc::EFAULT) {
        Ok(())
    } else {
        Err(Skip::because("needs the listeners of Linux 5.19"))
    }
}

#[track_caller]
fn ends(command: Command, end: End, stdout: &str) {
    let ran = program::run(command);
    assert_eq!(
        (ran.end, ran.stdout.as_str()),
        (end, stdout),
        "{}",
        ran.stderr
    );
}

fn case(name: &str) -> Command {
    let mut command = Command::new(SUPERVISED);
    command.arg(name);
    command
}

#[track_caller]
fn says(name: &str, stdout: &str) -> Outcome {
    needs_listeners()?;
    ends(case(name), End::Exited(0), stdout);
    Ok(())
}

#[track_caller]
fn says_under(outer: Program, name: &str, stdout: &str) -> Outcome {
    needs_listeners()?;
    ends(program::under(case(name), outer), End::Exited(0), stdout);
    Ok(())
}

pub fn each_answer_is_what_the_call_ends_with() -> Outcome {
    says(
        "answers",
        &format!(
            "an errno is between 1 and 4095\n\
             full; flags new_listener; logging not asked for\n\
             Ok(4711) Err({}) Err({1}) Err({1})\n",
            libc::EACCES,
            libc::ENOSYS
        ),
    )
}

pub fn nothing_is_called_after_the_load() -> Outcome {
    needs_listeners()?;
    ends(case("narrow"), End::Exited(3), "asked\n");
    Ok(())
}

pub fn descriptors_go_where_they_are_put() -> Outcome {
    says(
        "descriptor",
        &format!(
            "100 of the supervisor\nlowest of the supervisor\nSome({})\nErr({})\n",
            libc::EBADF,
            libc::ENOSYS
        ),
    )
}

pub fn an_answer_to_a_killed_target_finds_nobody() -> Outcome {
    says("killed", "(true, true) NotFound None Gone true true\n")
}

pub fn an_answer_to_an_interrupted_call_is_not_the_next_one_s() -> Outcome {
    says("interrupted", &format!("Err({}) Ok(7) 1\n", libc::EINTR))
}

pub fn wait_killable_leaves_signals_for_later() -> Outcome {
    says("killable", "log new_listener wait_killable Ok(7) 1\n")
}

pub fn a_supervisor_that_dies_leaves_enosys() -> Outcome {
    says(
        "death",
        &format!("holding\nErr({0}) Err({0})\n", libc::ENOSYS),
    )
}

/// `SECCOMP_IOCTL_NOTIF_SET_FLAGS` with `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP` (linux/seccomp.h).
const ONE_PROCESSOR: [When; 2] = [When::Is(1, 0x4008_2104), When::Is(2, 1)];

fn under_which_one_processor_is(answer: i32) -> Program {
    Outer::passing()
        .rule(libc::SYS_ioctl, &ONE_PROCESSOR, errno(answer))
        .build()
}

pub fn one_processor_is_asked_for_with_its_flag() -> Outcome {
    says_under(
        under_which_one_processor_is(libc::EXDEV),
        "processor",
        &format!("Err(Some({}))\n", libc::EXDEV),
    )
}

pub fn a_kernel_without_that_flag_is_no_error() -> Outcome {
    says_under(
        under_which_one_processor_is(libc::EINVAL),
        "processor",
        "Ok(false)\n",
    )
}

pub fn a_kernel_with_it_takes_it() -> Outcome {
    needs_listeners()?;
    let ran = program::run(case("processor"));
    if ran.stdout == "Ok(false)\n" {
        return Err(Skip::because("needs the listeners of Linux 6.6"));
    }
    assert_eq!(ran.stdout, "Ok(true)\n", "{}", ran.stderr);
    Ok(())
}

pub fn forks_threads_and_programs_are_answered_for() -> Outcome {
    says("offspring", "Exited(10) Ok(20) Ok(30)\n")
}

pub fn memory_is_read_up_to_where_it_ends() -> Outcome {
    says(
        "memory",
        &format!(
            "Ok(3)\nOk(4095)\nErr({0})\nErr({0})\nErr({0})\nOk(4500)\nErr({1})\n",
            libc::EFAULT,
            libc::ENAMETOOLONG
        ),
    )
}

pub fn a_listener_of_all_threads() -> Outcome {
    says("tsync", "tsync new_listener tsync_esrch Ok(10) Ok(20)\n")
}

pub fn a_courier_leaves_no_copy() -> Outcome {
    says(
        "courier",
        "copies 0\nnew_listener Ok(10)\ntrue\nUnexpectedEof\n",
    )
}

pub fn a_second_listener_is_refused() -> Outcome {
    says(
        "second",
        &format!(
            "seccomp(SECCOMP_SET_MODE_FILTER) answered EBUSY: a filter in force has a listener, and a thread can have one; \
             install one policy with `notify`, before the thread has another's\nErr({})\n",
            libc::ENOSYS
        ),
    )
}

pub fn tsync_would_filter_the_taker() -> Outcome {
    says(
        "tsync-giver",
        "`tsync` would put the filter on the thread that takes the listener; leave `tsync` out and install before other threads \
         start, or send the listener to another process with `install_and_send`\n",
    )
}

pub fn tsync_beside_another_s_filter_is_esrch() -> Outcome {
    says(
        "tsync-divergent",
        "seccomp(SECCOMP_SET_MODE_FILTER) answered ESRCH: a thread has other filters; install before other threads \
         install filters of their own\n",
    )
}

pub fn a_policy_must_let_its_listener_out() -> Outcome {
    says(
        "no-way-out",
        "the policy doesn't allow `close`, without which the listener can't be sent away\n\
         the policy doesn't allow `sendmsg`, without which the listener can't be sent away\n",
    )
}

pub fn a_listener_that_nobody_receives_leaves_enosys() -> Outcome {
    says(
        "not-sent",
        &format!(
            "the filter is in force, but sendmsg answered errno ({}): nobody has the listener\nErr({})\n",
            libc::EPIPE,
            libc::ENOSYS
        ),
    )
}

pub fn a_handover_without_its_other_end() -> Outcome {
    says(
        "abandoned",
        &format!(
            "nobody is there to take the listener\nErr({})\n\
             a policy with `notify` would have no listener; install the `NotifyPolicy` itself\n\
             a policy with `notify` would have no listener\n",
            libc::ENOSYS
        ),
    )
}

pub fn an_earlier_filter_that_would_kill_for_a_listener_is_named() -> Outcome {
    says(
        "own",
        "seccomp(SECCOMP_SET_MODE_FILTER) would kill: a sandbox is in the way; allow `@install` in it\n",
    )
}

pub fn signals_stay_away_until_the_listener_is_given() -> Outcome {
    says("storm", "200 installs\n")
}

pub fn what_replaces_notify_leaves_no_listener() -> Outcome {
    says_under(
        Outer::passing().probe_answers(libc::EINVAL).build(),
        "replaced",
        &format!(
            "partial: kill_thread instead of kill_process (missing), errno(EPERM (1)) instead of user_notif (missing); logging not asked for\nlistener false\nErr({})\n",
            libc::EPERM
        ),
    )
}

pub fn a_kernel_without_notify_is_told_with_what_it_has() -> Outcome {
    says_under(
        Outer::passing().probe_answers(libc::EINVAL).build(),
        "missing",
        "seccomp(SECCOMP_GET_ACTION_AVAIL) answered EINVAL: this kernel lacks `user_notif`; it offers \
         kill_thread trap errno trace allow; declare what replaces it, such as `notify or errno(EPERM)`\n",
    )
}

pub fn a_kernel_without_listeners_is_told() -> Outcome {
    says_under(
        Outer::passing().without_flag(NEW_LISTENER).build(),
        "missing",
        "seccomp(SECCOMP_SET_MODE_FILTER) answered EINVAL: this kernel lacks `new_listener`; a listener takes \
         Linux 5.0, with `tsync` 5.7, and `wait_killable` 5.19\n",
    )
}

pub fn a_kernel_without_wait_killable_is_told() -> Outcome {
    says_under(
        Outer::passing().without_flag(WAIT_KILLABLE_RECV).build(),
        "killable-missing",
        "seccomp(SECCOMP_SET_MODE_FILTER) answered EINVAL: this kernel lacks `wait_killable`; a listener takes \
         Linux 5.0, with `tsync` 5.7, and `wait_killable` 5.19\n",
    )
}

pub fn a_kernel_without_tsync_esrch_is_told() -> Outcome {
    says_under(
        Outer::passing().without_flag(TSYNC_ESRCH).build(),
        "tsync-missing",
        "seccomp(SECCOMP_SET_MODE_FILTER) answered EINVAL: this kernel lacks `tsync_esrch`; a listener takes \
         Linux 5.0, with `tsync` 5.7, and `wait_killable` 5.19\n",
    )
}

/// `SECCOMPTIME_NOTIFICATIONS` is how many there are; a million take some minutes.
pub fn soak() -> Outcome {
    needs_listeners()?;
    let ran = program::run(Command::new(SOAK));
    assert_eq!(ran.end, End::Exited(0), "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("wrong answers 0, leaks 0\n"),
        "{}",
        ran.stdout
    );
    Ok(())
}
