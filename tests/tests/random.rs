//! Policies at random, each on calls near what it tells apart: the reference, the program, the linked program and the kernel agree.
//!
//! `SECCOMPTIME_CASES` is how many policies the programs are compared with the reference on, and fifty times how many the kernel is. A
//! case that fails is made as simple as it gets, and kept in `proptest-regressions`, from where it is tried first ever after.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner};
use seccomptime_compiler::arch::Arch;
use seccomptime_tests::random::{Case, Kind, Machine};
use seccomptime_tests::reference::Call;
use seccomptime_tests::stages::linked;
use seccomptime_tests::support::bpf::{AUDIT_ARCH_I386, NATIVE_ARCH, Program};
use seccomptime_tests::support::call::{self, i386_served};
use seccomptime_tests::support::sweep::{MARK, NO_OPERATION, Seen, sweep};

/// How many policies a test run takes where nobody says how many.
const CASES: u32 = 600;
/// One of so many policies is tried on the kernel too, and this many at least.
const KERNEL_SHARE: u32 = 50;
const KERNEL_CASES: u32 = 100;
/// How many calls are made of each policy.
const CALLS: usize = 40;
const KERNEL_CALLS: usize = 12;
/// How many choices a policy and its calls take at most.
const CHOICES: usize = 700;

fn fail(why: String) -> TestCaseError {
    TestCaseError::fail(why)
}

fn cases() -> u32 {
    let said = std::env::var("SECCOMPTIME_CASES").ok();
    said.map_or(CASES, |said| said.parse().expect("a number of cases"))
}

fn check(
    cases: u32,
    arches: &'static [&'static str],
    calls: usize,
    test: impl Fn(&Case) -> Result<Option<usize>, TestCaseError>,
) {
    let file = FileFailurePersistence::Direct("proptest-regressions/random.txt");
    let config = Config {
        cases,
        max_shrink_iters: 50_000,
        failure_persistence: Some(Box::new(file)),
        ..Config::default()
    };
    let choices = vec(any::<u32>(), 0..CHOICES);
    let kind = Kind {
        arches,
        machine: Machine::Kernel,
        calls,
    };
    let strategy = choices.prop_map(move |choices| Case::of(&choices, kind));
    let (compiled, seen) = (Cell::new(0_u32), Cell::new(0_usize));
    let mut runner = TestRunner::new(config);
    let counting = |case: Case| {
        if let Some(calls) = test(&case)? {
            compiled.set(compiled.get() + 1);
            seen.set(seen.get() + calls);
        }
        Ok(())
    };
    if let Err(error) = runner.run(&strategy, counting) {
        panic!("{error}");
    }
    let (compiled, seen) = (compiled.get(), seen.get());
    println!("{cases} policies, {compiled} of which compile, on {seen} calls");
    assert!(
        compiled > cases / 3,
        "{compiled} of {cases} policies compile"
    );
}

#[test]
fn programs_do_what_the_reference_says() {
    check(cases(), &[], CALLS, |case| {
        let program = case.program().map_err(fail)?;
        Ok(program.map(|_| case.calls.len()))
    });
}

/// Native programs, and those of a 32-bit arch on calls by `int 0x80`.
#[test]
fn the_kernel_does_what_the_reference_says() {
    let arches: &[&str] = match (NATIVE_ARCH, i386_served()) {
        (0xc000_003e, Ok(())) => &["x86_64", "i686"],
        (0xc000_003e, Err(_)) => &["x86_64"],
        _ => native_name(),
    };
    let count = (cases() / KERNEL_SHARE).max(KERNEL_CASES);
    check(count, arches, KERNEL_CALLS, |case| {
        let reference = case.reference();
        let Some(draft) = case.draft(&reference).map_err(fail)? else {
            return Ok(None);
        };
        let program = Program::of(&linked(&draft));
        let made: Vec<call::Call> = case
            .calls
            .iter()
            .filter_map(|c| made(c, case.arch))
            .collect();
        let seen = sweep(&|| program.install().is_ok(), &made);
        let answered = seen.iter().filter(|seen| **seen != Seen::Mark).count();
        for (call, seen) in made.iter().zip(seen) {
            let shown = match call.abi {
                call::Abi::Native => (NATIVE_ARCH, call.args),
                call::Abi::I386 => (
                    AUDIT_ARCH_I386,
                    call.args.map(|arg| arg & u64::from(u32::MAX)),
                ),
            };
            let (audit, args) = shown;
            let want = expected(reference.decide(&Call {
                audit,
                nr: call.nr,
                args,
            }));
            if seen != want {
                return Err(fail(format!("{call:x?}: seen {seen:?}, not {want:?}")));
            }
        }
        Ok(Some(answered))
    });
}

fn native_name() -> &'static [&'static str] {
    match std::env::consts::ARCH {
        "aarch64" => &["aarch64"],
        "riscv64" => &["riscv64"],
        "s390x" => &["s390x"],
        other => panic!("give this arch its name: {other}"),
    }
}

/// A call as it can be made here: on its own arch, or on the other one that the kernel serves.
fn made(call: &Call, arch: &Arch) -> Option<call::Call> {
    let native = call.audit == NATIVE_ARCH;
    if !native && (call.audit != AUDIT_ARCH_I386 || arch.name == "x86_64" && i386_served().is_err())
    {
        return None;
    }
    let Call { nr, mut args, .. } = *call;
    if !native {
        return Some(call::Call::i386(nr, args));
    }
    // uretprobe and uprobe: the kernel answers before any filter.
    if cfg!(target_arch = "x86_64") && (335..=336).contains(&nr) {
        return None;
    }
    if [libc::SYS_seccomp, libc::SYS_prctl].contains(&libc::c_long::from(nr)) {
        args[0] = args[0] & !u64::from(u32::MAX) | u64::from(NO_OPERATION);
    }
    Some(call::Call::native(nr, args))
}

/// What is seen of a return value beside a filter that answers the mark.
fn expected(value: u32) -> Seen {
    let data = u16::try_from(value & libc::SECCOMP_RET_DATA).expect("16 bits");
    match value & libc::SECCOMP_RET_ACTION_FULL {
        libc::SECCOMP_RET_KILL_PROCESS => Seen::ProcessKilled,
        libc::SECCOMP_RET_KILL_THREAD => Seen::ThreadKilled,
        libc::SECCOMP_RET_TRAP => Seen::Trap(data),
        libc::SECCOMP_RET_ERRNO => {
            assert_ne!(i32::from(data), MARK);
            Seen::Errno(data)
        }
        _ => Seen::Mark,
    }
}
