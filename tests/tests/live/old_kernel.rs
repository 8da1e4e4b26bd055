//! What the table of faults leaves out: other settings of `on_error`, and what shows that its fakes are what they claim to be.

use super::faults::supervisors;
use libc::SECCOMP_SET_MODE_FILTER;
use seccomptime_tests::support::bpf::Outer;
use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::guarded::IN_FORCE;
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::machine::Machine;
use seccomptime_tests::support::program::Ran;
use seccomptime_tests::support::supervisor;

const LOG: &str = env!("CARGO_BIN_EXE_guarded_log");
const ERRNO: &str = env!("CARGO_BIN_EXE_guarded_errno");
const ON_ERROR_RETURN: &str = env!("CARGO_BIN_EXE_on_error_return");
const ON_ERROR_PANIC: &str = env!("CARGO_BIN_EXE_on_error_panic");

fn run(program: &str, outer: Outer) -> Ran {
    Machine::new().outer(|_| outer).run(program)
}

#[track_caller]
fn in_force(ran: &Ran) {
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    assert!(ran.stdout.starts_with(IN_FORCE), "{ran:?}");
}

pub fn a_load_that_succeeds_proves_nothing() -> Outcome {
    supervisor::can_write()?;
    // The kernel is asked, and says yes: so the filter is loaded, and its first hit is the end.
    let kills = || {
        Machine::new()
            .outer(|outer| outer.asks(SECCOMP_SET_MODE_FILTER))
            .supervised(supervisors::kills_for_log)
    };
    let ran = kills().run(LOG);
    assert_eq!(ran.end, End::Killed(libc::SIGSYS), "{ran:?}");
    assert_eq!(ran.stdout, "", "{ran:?}");
    in_force(&kills().run(ERRNO));
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
