//! The main job, as a user meets it: a new package outside the workspace, built, run, and what the kernel then does.

use seccomptime_tests::support::audit::{Log, Record};
use seccomptime_tests::support::bpf;
use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::program::Ran;
use seccomptime_tests::support::user_crate::{self, Built, UserCrate};
use std::sync::OnceLock;

/// A program that reads no file, says something, and then makes a call that its policy doesn't list.
const UNLISTED: &str = r#"use seccomptime::seccomp;

    #[seccomp(allow(@rust-main, @stdio)POLICY)]
    fn main() {
        println!("before");
        println!("{:?}", std::fs::File::open("/").err().and_then(|error| error.raw_os_error()));
    }"#;

/// What its policy does with such calls.
const DEFAULTS: [(&str, &str); 5] = [
    ("kills", ", default = kill_process"),
    ("unsaid", ""),
    ("answers", ", default = errno(EPERM)"),
    ("traps", ", default = trap(7)"),
    ("traces", ", default = trace(7)"),
];

const KILLS_A_THREAD: &str = r#"use seccomptime::seccomp;

    #[seccomp(kill_thread(getppid), default = log, waive(kill_thread: "shown here"))]
    fn main() {
        let thread = std::thread::spawn(std::os::unix::process::parent_id);
        // A killed thread leaves no value, at which std's join panics.
        let join = std::panic::AssertUnwindSafe(|| thread.join());
        let joined = std::panic::catch_unwind(join);
        println!("{}", if joined.is_err() { "killed" } else { "alive" });
    }"#;

const ENDS: &str = r#"use seccomptime::seccomp;

    #[seccomp(allow(@rust-main, @stdio))]
    fn main() -> std::process::ExitCode {
        println!("hello");
        std::process::ExitCode::from(3)
    }"#;

/// Runs one of the programs above, which are one package, built once.
fn run(program: &str) -> Ran {
    static BUILT: OnceLock<Built> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let package = UserCrate::new("actions")
            .program("kills-a-thread", KILLS_A_THREAD)
            .program("ends", ENDS);
        let package = DEFAULTS.iter().fold(package, |package, (name, default)| {
            package.program(name, &UNLISTED.replace("POLICY", default))
        });
        package.build(TARGET)
    });
    built.run(program)
}

const TARGET: &str = env!("CARGO_TARGET_TMPDIR");

#[track_caller]
fn printed(ran: &Ran, stdout: &str) {
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    assert_eq!(ran.stdout, stdout, "{ran:?}");
}

fn number(nr: libc::c_long) -> u32 {
    u32::try_from(nr).expect("a call of this arch")
}

pub fn the_kernel_records_what_default_log_logs() -> Outcome {
    user_crate::buildable()?;
    let log = Log::open()?;
    let package = UserCrate::new("logs").main(
        r#"use seccomptime::seccomp;

        #[seccomp(allow(read, write), default = log)]
        fn main() {
            println!("hello");
        }"#,
    );
    let ran = package.build(TARGET).run("logs");
    printed(&ran, "hello\n");
    let records = log.of(ran.pid);
    for record in &records {
        assert_eq!(record.code, bpf::LOG, "{record:?}");
        assert_eq!(record.arch, bpf::NATIVE_ARCH, "{record:?}");
        assert_eq!(record.signal, 0, "{record:?}");
        assert_eq!(record.comm, "logs", "{record:?}");
        for allowed in [libc::SYS_read, libc::SYS_write] {
            assert_ne!(record.nr, number(allowed), "{record:?}");
        }
    }
    let logged = |nr| records.iter().any(|record| record.nr == number(nr));
    assert!(logged(libc::SYS_exit_group), "{records:?}");
    Ok(())
}

/// The record of the killed call, std's way to open a file.
fn kill(ran: &Ran, code: u32) -> Record {
    Record {
        pid: ran.pid,
        comm: "kills".into(),
        signal: libc::SIGSYS,
        arch: bpf::NATIVE_ARCH,
        nr: number(libc::SYS_openat),
        code,
    }
}

pub fn an_unlisted_call_kills_the_process() -> Outcome {
    user_crate::buildable()?;
    const KILL_PROCESS: u32 = 0x8000_0000;
    let log = Log::open()?;
    let ran = run("kills");
    assert_eq!(ran.end, End::Killed(libc::SIGSYS), "{ran:?}");
    assert_eq!(ran.stdout, "before\n");
    assert_eq!(log.of(ran.pid), [kill(&ran, KILL_PROCESS)]);
    Ok(())
}

pub fn kill_process_is_what_an_unsaid_default_is() -> Outcome {
    user_crate::buildable()?;
    let ran = run("unsaid");
    assert_eq!(ran.end, End::Killed(libc::SIGSYS), "{ran:?}");
    assert_eq!(ran.stdout, "before\n");
    Ok(())
}

pub fn an_unlisted_call_answers_an_errno() -> Outcome {
    user_crate::buildable()?;
    printed(&run("answers"), &format!("before\nSome({})\n", libc::EPERM));
    Ok(())
}

pub fn an_unlisted_call_traps() -> Outcome {
    user_crate::buildable()?;
    let ran = run("traps");
    assert_eq!(ran.end, End::Killed(libc::SIGSYS), "{ran:?}");
    assert_eq!(ran.stdout, "before\n");
    Ok(())
}

pub fn trace_without_a_tracer_is_enosys() -> Outcome {
    user_crate::buildable()?;
    printed(&run("traces"), &format!("before\nSome({})\n", libc::ENOSYS));
    Ok(())
}

pub fn kill_thread_leaves_the_process() -> Outcome {
    user_crate::buildable()?;
    printed(&run("kills-a-thread"), "killed\n");
    Ok(())
}

pub fn notify_is_refused_while_nobody_could_answer() -> Outcome {
    user_crate::buildable()?;
    let package = UserCrate::new("notifies").main(
        r#"use seccomptime::seccomp;

        #[seccomp(notify(getppid), default = log)]
        fn main() {}"#,
    );
    let built = package.build(TARGET);
    assert!(!built.well(), "{}", built.messages);
    assert!(built.messages.contains("`notify`"), "{}", built.messages);
    assert!(built.messages.contains("listener"), "{}", built.messages);
    Ok(())
}

pub fn a_program_ends_well_under_a_killing_default() -> Outcome {
    user_crate::buildable()?;
    let log = Log::open()?;
    let ran = run("ends");
    assert_eq!(ran.end, End::Exited(3), "{ran:?}");
    assert_eq!(ran.stdout, "hello\n");
    assert_eq!(log.of(ran.pid), []);
    Ok(())
}
