//! What other filter compilers accept without a word and don't do. Each is a build error here, or can't be written; each test is named
//! after what it was seen to be elsewhere.

use seccomptime::{Policy, nr, policy};
use seccomptime_compiler::arch::ARCHES;
use seccomptime_compiler::include::NoFiles;
use seccomptime_compiler::{Build, Level, Place, analyse, compile, lex::lex};
use seccomptime_tests::support::bpf::Outer;
use seccomptime_tests::support::fork::{self, End};
use seccomptime_tests::support::guarded::{IN_FORCE, UNPROTECTED};
use seccomptime_tests::support::machine::Machine;

/// The errors for a policy on main.
fn errors(text: &str) -> Vec<String> {
    let tokens = lex(text, 0).unwrap().tokens;
    let analysis = analyse(&tokens, Place::Main, &mut NoFiles);
    let errors = analysis.diagnostics.into_iter();
    let errors = errors.filter(|d| d.level == Level::Error);
    errors.map(|d| d.message).collect()
}

fn refused(text: &str, words: &str) {
    let errors = errors(text);
    assert!(
        errors.iter().any(|e| e.contains(words)),
        "{text}: {errors:?}"
    );
}

static DENIES_GETPID: Policy = policy!(errno(EPERM: getpid), default = allow);

#[test]
fn a_denied_number_gets_through_with_the_x32_bit() {
    let decided = |number| DENIES_GETPID.decide(number, [0; 6]);
    assert!(decided(nr::GETPID).is_denied());
    #[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
    assert!(decided(nr::GETPID | 0x4000_0000).is_denied());
}

#[test]
fn a_32_bit_comparison_with_more_bits_matches_the_low_ones() {
    // tests/ui/value_too_wide.rs is the build error; within 32 bits it is the low word that is compared.
    static ONE: Policy = policy!(
        allow(exit_group, socket(family == 1)),
        default = errno(EPERM)
    );
    let decided = |family| ONE.decide(nr::SOCKET, [family, 0, 0, 0, 0, 0]);
    assert!(decided(1).is_allowed());
    assert!(decided(0x1_0000_0001).is_allowed());
    assert!(decided(2).is_denied());
}

#[test]
fn a_masked_comparison_drops_bits_of_the_value() {
    // tests/ui/mask_never_equal.rs is the build error.
    static MASKED: Policy = policy!(
        allow(exit_group, getpriority(which & 4 == 4)),
        default = errno(EPERM)
    );
    let decided = |which| MASKED.decide(nr::GETPRIORITY, [which, 0, 0, 0, 0, 0]);
    assert!(decided(36).is_allowed());
    assert!(decided(32).is_denied());
}

#[test]
fn an_errno_over_4095_is_emitted() {
    refused("errno(70000: getpid), default = log", "between 1 and 4095");
    refused("errno(0: getpid), default = log", "between 1 and 4095");
}

#[test]
fn a_rule_that_is_there_twice_drops_one() {
    refused("allow(read, read), default = log", "said twice");
    refused(
        "errno(EPERM: getpid), errno(EACCES: getpid), default = log",
        "one call has one value",
    );
}

#[test]
fn a_program_of_4096_instructions_is_refused() {
    // A test for each value, and no more than that and a few bridges.
    let length = |values: u32| {
        let tests: Vec<String> = (0..values).map(|n| format!("fd == {n}")).collect();
        let text = format!(
            "allow(close({})), default = errno(EPERM), foreign = errno(EPERM), unknown = errno(EPERM), optimize = size",
            tests.join(" || ")
        );
        let tokens = lex(&text, 0).unwrap().tokens;
        let arch = ARCHES.iter().find(|arch| arch.name == "aarch64").unwrap();
        let program = compile(&tokens, arch, Build { debug: false }, &mut NoFiles);
        program.map(|program| program.instructions.len()).ok()
    };
    assert_eq!(length(4073), Some(4096));
    assert_eq!(length(4074), None);
}

#[test]
fn a_narrower_rule_after_an_unconditional_one_succeeds() {
    refused(
        "allow(ioctl, ioctl(cmd == 1)), default = log",
        "this narrows nothing",
    );
    refused(
        "allow(@file-system, openat(dfd == 3)), default = log",
        "write `@file-system - openat`",
    );
}

#[test]
fn garbage_in_the_upper_half_decides() {
    static KILL: Policy = policy!(
        allow(exit_group, kill(sig == 15), openat(dfd == AT_FDCWD)),
        default = errno(EPERM)
    );
    let garbage = 0xdead_beef_0000_0000_u64;
    assert!(
        KILL.decide(nr::KILL, [1, garbage | 15, 0, 0, 0, 0])
            .is_allowed()
    );
    // AT_FDCWD, sign-extended or not.
    for dfd in [
        -100_i64 as u64,
        -100_i32 as u32 as u64,
        garbage | (-100_i32 as u32 as u64),
    ] {
        assert!(KILL.decide(nr::OPENAT, [dfd, 0, 0, 0, 0, 0]).is_allowed());
    }
}

#[test]
fn signed_numbers_are_ordered_as_unsigned_ones() {
    static SIGNED: Policy = policy!(
        allow(exit_group, kill(pid > 0), lseek(offset < 0)),
        default = errno(EPERM)
    );
    let kill = |pid: i32| SIGNED.decide(nr::KILL, [pid as u32 as u64, 9, 0, 0, 0, 0]);
    assert!(kill(1).is_allowed());
    assert!(kill(0).is_denied());
    assert!(kill(-1).is_denied());
    let lseek = |offset: i64| SIGNED.decide(nr::LSEEK, [0, offset as u64, 0, 0, 0, 0]);
    assert!(lseek(-1).is_allowed());
    assert!(lseek(0).is_denied());
    assert!(lseek(i64::MIN).is_allowed());
}

#[test]
fn an_unknown_name_is_an_error_on_the_users_machine_or_skipped() {
    refused("allow(opneat), default = log", "did you mean `openat`?");
    refused(
        "allow(@netwrok-io), default = log",
        "did you mean `@network-io`?",
    );
    refused(
        "allow(read(cuont == 1)), default = log",
        "did you mean `count`?",
    );
}

#[test]
fn the_hosts_numbers_and_constants_are_taken_for_another_target() {
    // Numbers are the arch's own, and constants are rustc's: the program names them, and knows none.
    let tokens = lex(
        "allow(exit_group, ioctl(cmd == TCGETS)), default = errno(EDEADLK)",
        0,
    );
    let tokens = tokens.unwrap().tokens;
    for arch in ARCHES {
        let program = compile(&tokens, arch, Build { debug: false }, &mut NoFiles).unwrap();
        let values = program
            .values
            .all
            .iter()
            .map(|value| value.expression.text.as_str());
        assert_eq!(values.collect::<Vec<_>>(), ["TCGETS"], "{}", arch.name);
        assert_eq!(program.default.to_string(), "errno(EDEADLK)");
    }
}

#[test]
fn several_conditions_on_one_argument_are_taken_as_alternatives() {
    refused(
        "allow(kill(sig == 1, sig == 2)), default = log",
        "the condition never holds",
    );
}

/// Kernels without filters: neither interface knows them, or seccomp(2) isn't there at all. Then sandboxes that claim to have installed what
/// they didn't, in general or where there is a program.
const UNSUPPORTED: [fn(Outer) -> Outer; 4] = [
    Outer::without_filters,
    |outer| outer.without_seccomp().loads_answer(libc::EINVAL),
    Outer::installs_nothing,
    Outer::installs_nothing_but_null,
];

#[test]
fn an_unsupported_kernel_is_reported_as_success() {
    for unsupported in UNSUPPORTED {
        let ran = Machine::new()
            .outer(unsupported)
            .run(env!("CARGO_BIN_EXE_guarded_kill"));
        assert_eq!(ran.end, End::Exited(78), "{ran:?}");
        for user_code in [IN_FORCE, UNPROTECTED] {
            assert!(!ran.stdout.contains(user_code), "{ran:?}");
        }
        // A policy as a value, in a child that says by its status what its install was.
        let outer = unsupported(Outer::passing()).build();
        let end = fork::run(|| match (outer.install(), DENIES_GETPID.install()) {
            (Ok(()), Err(_)) => REFUSED,
            (Ok(()), Ok(_)) => INSTALLED,
            (Err(_), _) => UNFAKED,
        });
        assert_eq!(end, End::Exited(REFUSED));
    }
}

/// What that child ends with.
const REFUSED: i32 = 10;
const INSTALLED: i32 = 11;
const UNFAKED: i32 = 12;

#[test]
fn a_debug_build_has_an_empty_filter() {
    refused(
        "allow(@rust-main, @rust-panic), debug_default = allow",
        "waive(looser_debug",
    );
    refused("", "the policy is empty");
}
