//! What an install does to the process, and what it says it did.

use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::guarded::IN_FORCE;
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::program::{self, Ran};
use std::process::Command;

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
    let status = "full; flags tsync; logged";
    printed(
        &run(DROP_PRIVS),
        &format!("{IN_FORCE}{status}\nNoNewPrivs:\t1\n"),
    );
    Ok(())
}
