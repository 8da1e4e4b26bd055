//! Whom a filter covers, and filters on filters.

use seccomptime_tests::support::bpf::Outer;
use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::program;
use std::process::Command;

const THREADS: &str = env!("CARGO_BIN_EXE_threads");
const STACKING: &str = env!("CARGO_BIN_EXE_stacking");

fn command(program: &str, case: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(case);
    command
}

#[track_caller]
fn stdout(command: Command) -> String {
    let ran = program::run(command);
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    ran.stdout
}

#[track_caller]
fn printed(program: &str, case: &str) -> String {
    stdout(command(program, case))
}

pub fn tsync_covers_a_thread_that_existed_before() -> Outcome {
    assert_eq!(
        printed(THREADS, "tsync"),
        "before false, calling true, earlier true, later true\n"
    );
    Ok(())
}

pub fn outside_main_the_calling_thread_alone_is_covered() -> Outcome {
    assert_eq!(
        printed(THREADS, "calling"),
        "worker true, spawned true, caller false, earlier false, later false\n"
    );
    Ok(())
}

pub fn a_thread_with_a_filter_of_its_own_is_named() -> Outcome {
    let text = printed(THREADS, "divergent");
    let thread = text
        .strip_prefix("thread ")
        .and_then(|rest| rest.split_once(','));
    let (thread, rest) = thread.unwrap_or_else(|| panic!("{text}"));
    let error = rest.strip_prefix(" covered false: ");
    let error = error.unwrap_or_else(|| panic!("{text}"));
    assert!(error.contains(thread), "{text}");
    Ok(())
}

pub fn without_seccomp_call_many_threads_are_refused() -> Outcome {
    let outer = Outer::passing().without_seccomp().build();
    let text = stdout(program::under(command(THREADS, "many"), outer));
    assert!(text.starts_with("covered false: "), "{text}");
    assert!(text.contains("thread"), "{text}");
    Ok(())
}

pub fn without_seccomp_call_a_thread_alone_is_covered() -> Outcome {
    let outer = Outer::passing().without_seccomp().build();
    let text = stdout(program::under(command(THREADS, "alone"), outer));
    assert_eq!(text, "covered true\n");
    Ok(())
}

pub fn of_two_filters_the_stricter_answers_and_of_two_errnos_the_newer() -> Outcome {
    // getppid, getpgid, getsid after each of three phases.
    assert_eq!(
        printed(STACKING, "phases"),
        format!(
            "[Some({0}), Some({0}), None]\n[Some({1}), Some({0}), Some({1})]\n[Some({1}), Some({0}), Some({1})]\n",
            libc::EPERM,
            libc::EACCES
        )
    );
    Ok(())
}

pub fn a_worker_stacks_a_filter_a_call() -> Outcome {
    assert_eq!(printed(STACKING, "worker"), "5\n");
    Ok(())
}

pub fn a_thread_full_of_filters_is_told_so() -> Outcome {
    let text = printed(STACKING, "full");
    assert!(text.starts_with("true: "), "{text}");
    assert!(text.contains("ENOMEM"), "{text}");
    Ok(())
}
