//! The tools that the other live tests stand on, each shown to see what it is for.

use seccomptime_tests::support::audit::Log;
use seccomptime_tests::support::bpf::{self, Outer, When};
use seccomptime_tests::support::call::{self, Call, SYS_SECCOMP, TRAPPED_WORDS, Trapped};
use seccomptime_tests::support::fork::{self, End, Shared};
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::sweep::{self, Seen, every_call, every_i386_call};

fn number(nr: libc::c_long) -> u32 {
    u32::try_from(nr).expect("a call of this arch")
}

/// A call that changes nothing, with these arguments, which it doesn't look at.
fn getppid(args: [u64; 6]) -> i64 {
    // SAFETY: getppid changes nothing.
    unsafe { Call::native(number(libc::SYS_getppid), args).make() }
}

pub fn the_log_shows_a_logged_call() -> Outcome {
    let log = Log::open()?;
    let filter = Outer::passing()
        .rule(libc::SYS_getppid, &[], bpf::LOG)
        .build();
    let child = fork::start(|| {
        let installed = filter.install();
        i32::from(installed.is_err() || getppid([0; 6]) <= 0)
    });
    let pid = child.pid();
    assert_eq!(child.wait(), End::Exited(0));
    let records = log.of(pid);
    let [record] = &records[..] else {
        panic!("one call, one record: {records:?}");
    };
    assert_eq!(record.nr, number(libc::SYS_getppid));
    assert_eq!(record.arch, bpf::NATIVE_ARCH);
    assert_eq!(record.code, bpf::LOG);
    assert_eq!(record.signal, 0);
    Ok(())
}

pub fn a_call_that_passes_is_not_logged() -> Outcome {
    let log = Log::open()?;
    let filter = Outer::passing().build();
    let child = fork::start(|| i32::from(filter.install().is_err()));
    let pid = child.pid();
    assert_eq!(child.wait(), End::Exited(0));
    assert_eq!(log.of(pid), []);
    Ok(())
}

pub fn a_rule_holds_where_all_its_conditions_do() -> Outcome {
    let filter = Outer::passing()
        .rule(
            libc::SYS_getppid,
            &[When::Is(0, 7), When::Has(1, 0b110)],
            bpf::errno(libc::EDOM),
        )
        .build();
    let end = fork::run(|| {
        let installed = filter.install();
        let refused =
            |first, second| getppid([first, second, 0, 0, 0, 0]) == -i64::from(libc::EDOM);
        let right = refused(7, 0b100)
            && refused(7 | 1 << 32, 0b011)
            && !refused(7, 0b001)
            && !refused(6, 0b110);
        i32::from(installed.is_err() || !right)
    });
    assert_eq!(end, End::Exited(0));
    Ok(())
}

pub fn a_trap_tells_number_arch_and_data() -> Outcome {
    const TRAP: u32 = 0x0003_0000;
    let filter = Outer::passing()
        .rule(libc::SYS_getppid, &[], TRAP | 0xbeef)
        .build();
    let words = Shared::new(TRAPPED_WORDS);
    let end = fork::run(|| {
        call::catch_sigsys(&words);
        let installed = filter.install();
        getppid([0; 6]);
        i32::from(installed.is_err())
    });
    assert!(matches!(end, End::Killed(_)), "{end:?}");
    let told = Trapped {
        data: 0xbeef,
        nr: number(libc::SYS_getppid).into(),
        arch: bpf::NATIVE_ARCH.into(),
        code: SYS_SECCOMP,
    };
    assert_eq!(Trapped::read(&words), Some(told));
    Ok(())
}

pub fn a_call_by_int_0x80_is_foreign() -> Outcome {
    call::i386_served()?;
    let filter = Outer::new(bpf::ALLOW, bpf::errno(libc::EDOM)).build();
    let end = fork::run(|| {
        let installed = filter.install();
        // SAFETY: getpid changes nothing.
        let answer = unsafe { Call::i386(call::I386_GETPID, [0; 6]).make() };
        i32::from(installed.is_err() || answer != -i64::from(libc::EDOM))
    });
    assert_eq!(end, End::Exited(0));
    Ok(())
}

pub fn a_child_that_panics_does_not_return() -> Outcome {
    let end = fork::run(|| std::panic::resume_unwind(Box::new(())));
    assert_eq!(end, End::Killed(libc::SIGABRT));
    Ok(())
}

pub fn a_sweep_sees_what_each_answer_is() -> Outcome {
    const KILL_PROCESS: u32 = 0x8000_0000;
    const KILL_THREAD: u32 = 0;
    const TRAP: u32 = 0x0003_0000;
    // Were one of these executed, this test would not come to its end.
    let policy = Outer::passing()
        .rule(libc::SYS_exit_group, &[], KILL_PROCESS)
        .rule(libc::SYS_reboot, &[], KILL_THREAD)
        .rule(libc::SYS_kill, &[], TRAP | 513)
        .rule(libc::SYS_vhangup, &[], bpf::errno(libc::ENOSYS))
        .rule(libc::SYS_sync, &[], bpf::errno(0))
        .rule(libc::SYS_sched_yield, &[], bpf::TRACE)
        .build();
    let calls = [
        (libc::SYS_exit, Seen::Mark),
        (libc::SYS_exit_group, Seen::ProcessKilled),
        (libc::SYS_reboot, Seen::ThreadKilled),
        (libc::SYS_reboot, Seen::ThreadKilled),
        (libc::SYS_kill, Seen::Trap(513)),
        (libc::SYS_exit_group, Seen::ProcessKilled),
        (libc::SYS_vhangup, Seen::Errno(38)),
        (libc::SYS_sync, Seen::Errno(0)),
        (libc::SYS_sched_yield, Seen::Mark),
        (libc::SYS_reboot, Seen::ThreadKilled),
    ];
    let made = calls.map(|(nr, _)| Call::native(number(nr), [0; 6]));
    for last in 1..=made.len() {
        let seen = sweep::sweep(&|| policy.install().is_ok(), &made[..last]);
        let expected: Vec<_> = calls[..last].iter().map(|&(_, seen)| seen).collect();
        assert_eq!(seen, expected);
    }
    Ok(())
}

pub fn a_sweep_executes_nothing() -> Outcome {
    let passing = Outer::passing().build();
    let mut calls = every_call();
    if call::i386_served().is_ok() {
        calls.extend(every_i386_call());
    }
    let seen = sweep::sweep(&|| passing.install().is_ok(), &calls);
    for (call, seen) in calls.iter().zip(seen) {
        assert_eq!(seen, Seen::Mark, "{call:x?}");
    }
    Ok(())
}
