//! What an install does to the process, and what it says it did.

use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::guarded::IN_FORCE;
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::program::{self, Ran};
use std::process::Command;

const KEEP_PRIVS: &str = env!("CARGO_BIN_EXE_keep_privs");
const DROP_PRIVS: &str = env!("CARGO_BIN_EXE_drop_privs");
const ALLOCATIONS: &str = env!("CARGO_BIN_EXE_allocations");

fn run(program: &str) -> Ran {
    program::run(Command::new(program))
}

#[track_caller]
fn printed(ran: &Ran, stdout: &str) {
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    assert_eq!(ran.stdout, stdout, "{ran:?}");
}

pub fn an_install_allocates_nothing() -> Outcome {
    printed(&run(ALLOCATIONS), "a box 1, small 0, large 0\n");
    Ok(())
}

pub fn no_new_privs_is_set() -> Outcome {
    printed(&run(DROP_PRIVS), &format!("{IN_FORCE}NoNewPrivs:\t1\n"));
    Ok(())
}

pub fn keep_privs_keeps_them() -> Outcome {
    program::needs_sys_admin()?;
    printed(&run(KEEP_PRIVS), &format!("{IN_FORCE}NoNewPrivs:\t0\n"));
    Ok(())
}

pub fn keep_privs_without_any_ends_with_78() -> Outcome {
    let ran = program::run(program::unprivileged(Command::new(KEEP_PRIVS)));
    assert_eq!(ran.end, End::Exited(78), "{ran:?}");
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("keep_privs"), "{ran:?}");
    Ok(())
}
