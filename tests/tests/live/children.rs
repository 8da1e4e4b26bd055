//! Filters on children alone.

use libc::{EACCES, EINVAL, ENOMEM, EPERM, SIGABRT, SIGSYS};
use seccomptime_tests::support::bpf::Outer;
use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::program::{self, said};
use std::process::Command;

const CHILDREN: &str = env!("CARGO_BIN_EXE_children");

/// How the program shows a child that ended well.
const WELL: &str = "Some(0) None";

fn case(name: &str) -> Command {
    let mut command = Command::new(CHILDREN);
    command.arg(name);
    command
}

pub fn the_child_alone_is_filtered() -> Outcome {
    said(
        case("alone"),
        &["child true", "parent false", "through std true"],
    );
    Ok(())
}

pub fn a_child_dies_of_what_its_policy_kills_for() -> Outcome {
    let killed = format!("None Some({SIGSYS})");
    said(case("killing"), &[&killed, "hello", WELL]);
    Ok(())
}

/// How errors of ours show.
const NO_EXEC: &str = "the child could never start, for the policy answers `execve` with errno; InvalidInput; ours true";

pub fn a_policy_without_execve_is_told_before_there_is_a_child() -> Outcome {
    said(
        case("no_exec"),
        &[
            NO_EXEC,
            NO_EXEC,
            "allow `@program-start`, and what the program does",
        ],
    );
    Ok(())
}

pub fn through_std_an_error_is_an_errno() -> Outcome {
    let denied =
        format!("Operation not permitted (os error {EPERM}); PermissionDenied; ours false");
    said(case("no_exec_through_std"), &[&denied]);
    Ok(())
}

pub fn a_load_that_fails_in_the_child_comes_back_from_spawn() -> Outcome {
    let ran = program::run(case("full"));
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let [spawned, by_std, executed] = lines[..] else {
        panic!("{ran:?}");
    };
    for ours in [spawned, executed] {
        assert!(
            ours.starts_with("seccomp(SECCOMP_SET_MODE_FILTER) answered ENOMEM"),
            "{ran:?}"
        );
        assert!(ours.ends_with("; OutOfMemory; ours true"), "{ran:?}");
    }
    assert!(by_std.contains(&format!("(os error {ENOMEM})")), "{ran:?}");
    Ok(())
}

pub fn a_kernel_that_lacks_the_action_is_told_by_the_parent() -> Outcome {
    let outer = || Outer::passing().probe_answers(EINVAL).build();
    let ran = program::run(program::under(case("downgraded"), outer()));
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let [status, errno, refused] = lines[..] else {
        panic!("{ran:?}");
    };
    let partial = "partial: errno(EACCES (13)) instead of log (missing); logging not asked for";
    assert_eq!(status, partial, "{ran:?}");
    assert_eq!(errno, format!("Some({EACCES})"), "{ran:?}");
    assert!(refused.contains("`log`"), "{ran:?}");
    assert!(refused.ends_with("ours true"), "{ran:?}");
    said(case("downgraded"), &["full; logged", "None", "hello", WELL]);
    Ok(())
}

pub fn policies_of_a_child_stack() -> Outcome {
    let newest = [EACCES, EPERM].map(|errno| format!("Some({errno})"));
    said(
        case("stacked"),
        &[
            &newest[0],
            &newest[1],
            "hello",
            WELL,
            "seccomp(SECCOMP_SET_MODE_FILTER) would kill: a sandbox is in the way; Other; ours true",
        ],
    );
    Ok(())
}

pub fn what_isn_t_there_is_not_found() -> Outcome {
    let missing = "No such file or directory (os error 2); NotFound; ours false";
    // Where the child may not write it ends by what its policy does with `write`, or by std's abort.
    let [killed, aborted] = [SIGSYS, SIGABRT].map(|signal| format!("None Some({signal})"));
    said(case("missing"), &[missing, missing, &killed, &aborted]);
    Ok(())
}

pub fn a_child_may_keep_its_privileges() -> Outcome {
    program::needs_sys_admin()?;
    said(
        case("privileged"),
        &["NoNewPrivs:\t0", WELL, "NoNewPrivs:\t1", WELL],
    );
    Ok(())
}

pub fn a_child_has_no_privileges_to_keep() -> Outcome {
    let ran = program::run(program::unprivileged(case("privileged")));
    let first = ran.stdout.lines().next().unwrap_or_default();
    assert!(first.contains("EACCES"), "{ran:?}");
    assert!(first.ends_with("ours true"), "{ran:?}");
    Ok(())
}

pub fn children_start_while_threads_allocate_and_allocate_nothing() -> Outcome {
    said(case("threads"), &["200 of 200, parent false"]);
    Ok(())
}

pub fn an_exec_is_filtered() -> Outcome {
    said(case("exec"), &["true"]);
    Ok(())
}
