//! The sets of std where the libc is another than the one that the tests are linked with: static, newer, musl.
//!
//! What has to be fetched is fetched only where the variable `SECCOMPTIME_FETCH` is set: packages of Debian's, unpacked into cargo's
//! folder, and for musl what std itself is made of.

mod libcs;

use libcs::Libc;
use seccomptime_tests::live_tests;
use seccomptime_tests::support::harness::{self, Outcome};
use std::process::ExitCode;

/// The tests of one libc.
macro_rules! of {
    ($module:ident, $libc:expr) => {
        mod $module {
            use super::*;

            pub fn std_runs_under_exactly_its_sets() -> Outcome {
                all_well(&$libc.program()?.failing_features());
                Ok(())
            }

            pub fn std_runs_under_exactly_its_sets_without_a_vdso() -> Outcome {
                all_well(&$libc.program()?.without_vdso().failing_features());
                Ok(())
            }

            pub fn a_program_ends_as_without_a_filter() -> Outcome {
                all_well(&$libc.program()?.failing_situations());
                Ok(())
            }

            pub fn a_program_waits_on_after_a_stop() -> Outcome {
                all_well(&$libc.program()?.failing_stops());
                Ok(())
            }
        }
    };
}

of!(static_glibc, Libc::StaticGlibc);
of!(newest_glibc, Libc::NewestGlibc);
of!(musl, Libc::Musl);

#[track_caller]
fn all_well(failures: &[String]) {
    assert!(
        failures.is_empty(),
        "a set isn't enough with this libc:\n{}",
        failures.join("\n")
    );
}

fn main() -> ExitCode {
    harness::main(live_tests![
        static_glibc::std_runs_under_exactly_its_sets,
        static_glibc::std_runs_under_exactly_its_sets_without_a_vdso,
        static_glibc::a_program_ends_as_without_a_filter,
        static_glibc::a_program_waits_on_after_a_stop,
        newest_glibc::std_runs_under_exactly_its_sets,
        newest_glibc::std_runs_under_exactly_its_sets_without_a_vdso,
        newest_glibc::a_program_ends_as_without_a_filter,
        newest_glibc::a_program_waits_on_after_a_stop,
        musl::std_runs_under_exactly_its_sets,
        musl::std_runs_under_exactly_its_sets_without_a_vdso,
        musl::a_program_ends_as_without_a_filter,
        musl::a_program_waits_on_after_a_stop,
    ])
}
