//! What is logged of calls that are really made: the kernel's records are those that `decide` and `will_be_logged` foretell.

use seccomptime::{Action, Flags, Logged, Policy, kernel, policy, will_be_logged};
use seccomptime_tests::support::audit::{Log, Record};
use seccomptime_tests::support::bpf;
use seccomptime_tests::support::call::{self, Abi, Call, trapping_end};
use seccomptime_tests::support::fork::{self, End, Shared};
use seccomptime_tests::support::harness::{Outcome, Skip};
use seccomptime_tests::support::sweep;
use std::sync::atomic::Ordering;

/// Allowed, logged and refused calls side by side, foreign and unknown ones logged.
static MIXED: Policy = policy!(
    allow(getpid, getuid, sched_yield),
    trace(3: getegid),
    errno(EPERM: getppid),
    default = log,
    foreign = log,
    waive(open_foreign: "its records are read"),
);

/// Logged calls among refused ones.
static LISTED: Policy = policy!(
    allow(getpid, exit),
    log(gettid, getgid),
    default = errno(EACCES),
    foreign = errno(EDOM),
);

/// As the first, with the flag that has refusals logged too.
static FLAGGED: Policy = policy!(
    allow(getpid, getuid, sched_yield),
    trace(3: getegid),
    errno(EPERM: getppid),
    default = log,
    foreign = log,
    waive(open_foreign: "its records are read"),
    flags(log),
);

/// Calls that change nothing.
const HARMLESS: [libc::c_long; 9] = [
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getppid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_sched_yield,
    1099,
];

fn harmless() -> Vec<Call> {
    let native = HARMLESS
        .iter()
        .map(|&nr| Call::native(u32::try_from(nr).expect("a call of this arch"), [0; 6]));
    let mut calls: Vec<_> = native.chain([Call::native(call::LAST, [0; 6])]).collect();
    if cfg!(target_arch = "x86_64") {
        // getpid by x32, which this kernel may serve or not.
        calls.push(Call::native(0x4000_0000 + 39, [0; 6]));
    }
    if call::i386_served().is_ok() {
        calls.push(Call::i386(call::I386_GETPID, [0; 6]));
    }
    calls
}

/// What a log record calls an action, without data.
fn code(action: Action) -> u32 {
    match action {
        Action::Log => bpf::LOG,
        Action::Trace => bpf::TRACE,
        Action::Errno => bpf::errno(0),
        other => panic!("none of the policies here has `{other}`"),
    }
}

/// Makes the calls under the policy, and gives the answers and the records.
fn make(log: &Log, policy: &Policy, calls: &[Call]) -> (Vec<i64>, Vec<Record>) {
    let answers = Shared::new(calls.len());
    let child = fork::start(|| {
        if policy.install().is_err() {
            return 1;
        }
        for (call, answer) in calls.iter().zip(answers.iter()) {
            // SAFETY: the calls change nothing.
            let got = unsafe { call.make() };
            answer.store(u64::from_ne_bytes(got.to_ne_bytes()), Ordering::SeqCst);
        }
        trapping_end()
    });
    let pid = child.pid();
    let end = child.wait();
    assert!(
        matches!(end, End::Killed(signal) if signal != libc::SIGSYS),
        "{end:?}"
    );
    let answers = answers.iter().map(|answer| {
        let bytes = answer.load(Ordering::SeqCst).to_ne_bytes();
        i64::from_ne_bytes(bytes)
    });
    (answers.collect(), log.of(pid))
}

fn check(policy: &Policy, flags: Flags) -> Outcome {
    let log = Log::open()?;
    let logged = kernel::actions_logged().map_err(|error| Skip::because(error.to_string()))?;
    let calls = harmless();
    let (answers, records) = make(&log, policy, &calls);
    let mut expected = Vec::new();
    for (call, answer) in calls.iter().zip(answers) {
        let decision = sweep::decide(policy, call);
        match decision.action() {
            Action::Errno => assert_eq!(answer, -i64::from(decision.data()), "{call:x?}"),
            Action::Trace => assert_eq!(answer, -i64::from(libc::ENOSYS), "{call:x?}"),
            _ => assert!(
                answer >= 0 || answer == -i64::from(libc::ENOSYS),
                "{call:x?}: {answer}"
            ),
        }
        // Nobody lets a traced call go on here.
        if will_be_logged(decision.action(), flags, &logged) != Logged::No {
            let arch = match call.abi {
                Abi::Native => bpf::NATIVE_ARCH,
                Abi::I386 => bpf::AUDIT_ARCH_I386,
            };
            expected.push((arch, call.nr, code(decision.action())));
        }
    }
    let seen = records
        .iter()
        .map(|record| (record.arch, record.nr, record.code));
    assert_eq!(seen.collect::<Vec<_>>(), expected);
    Ok(())
}

pub fn allow_is_silent_and_log_is_not() -> Outcome {
    check(&MIXED, Flags::NONE)
}

pub fn a_rule_that_logs_is_recorded_among_refusals_that_are_not() -> Outcome {
    check(&LISTED, Flags::NONE)
}

pub fn the_flag_has_refusals_logged() -> Outcome {
    check(&FLAGGED, Flags::LOG)
}
