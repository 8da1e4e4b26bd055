//! Whom a filter covers, and filters on filters.

use seccomptime_tests::support::bpf::Outer;
use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::harness::Outcome;
use seccomptime_tests::support::program;
use std::process::Command;

const THREADS: &str = env!("CARGO_BIN_EXE_threads");
const BEFORE_MAIN: &str = env!("CARGO_BIN_EXE_before_main");
const POOL: &str = env!("CARGO_BIN_EXE_pool");
const STACKING: &str = env!("CARGO_BIN_EXE_stacking");

fn command(program: &str, case: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(case);
    command
}

#[track_caller]
fn stdout(command: Command) -> String {
    let ran = program::run(command);
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    ran.stdout
}

#[track_caller]
fn printed(program: &str, case: &str) -> String {
    stdout(command(program, case))
}

pub fn tsync_covers_a_thread_that_existed_before() -> Outcome {
    assert_eq!(
        printed(THREADS, "tsync"),
        "before false, calling true, earlier true, later true\n"
    );
    Ok(())
}

pub fn outside_main_the_calling_thread_alone_is_covered() -> Outcome {
    assert_eq!(
        printed(THREADS, "calling"),
        "worker true, spawned true, caller false, earlier false, later false\n"
    );
    Ok(())
}

pub fn a_thread_with_a_filter_of_its_own_is_named() -> Outcome {
    let text = printed(THREADS, "divergent");
    let thread = text
        .strip_prefix("thread ")
        .and_then(|rest| rest.split_once(','));
    let (thread, rest) = thread.unwrap_or_else(|| panic!("{text}"));
    let error = rest.strip_prefix(" covered false: ");
    let error = error.unwrap_or_else(|| panic!("{text}"));
    assert!(
        error.contains(&format!("answered {thread} (`earlier`)")),
        "{text}"
    );
    Ok(())
}

pub fn a_thread_that_exists_before_main_is_covered() -> Outcome {
    let text = stdout(Command::new(BEFORE_MAIN));
    assert_eq!(text, "main true, early true\n");
    Ok(())
}

pub fn a_filter_on_a_thread_that_exists_before_main_ends_with_78() -> Outcome {
    let mut command = Command::new(BEFORE_MAIN);
    command.env("FILTERED", "");
    let ran = program::run(command);
    assert_eq!(
        (ran.end, ran.stdout.as_str()),
        (End::Exited(78), ""),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("(`early-filter`)"), "{ran:?}");
    Ok(())
}

pub fn each_worker_of_a_pool_has_its_own_policy() -> Outcome {
    // Whether it opens a file, whether it makes a socket.
    let may = [
        "opens [true, false]",
        "connects [false, true]",
        "computes [false, false]",
    ];
    let rounds = [0, 1].map(|round| may.map(|line| format!("{round} {line}\n")).concat());
    let expected = format!("{}main [true, true]\n", rounds.concat());
    assert_eq!(stdout(Command::new(POOL)), expected);
    Ok(())
}

pub fn without_seccomp_call_many_threads_are_refused() -> Outcome {
    let outer = Outer::passing().without_seccomp().build();
    let text = stdout(program::under(command(THREADS, "many"), outer));
    assert!(text.starts_with("covered false: "), "{text}");
    assert!(text.contains("thread"), "{text}");
    Ok(())
}

pub fn without_seccomp_call_a_thread_alone_is_covered() -> Outcome {
    let outer = Outer::passing().without_seccomp().build();
    let text = stdout(program::under(command(THREADS, "alone"), outer));
    assert_eq!(text, "covered true\n");
    Ok(())
}

pub fn of_two_filters_the_stricter_answers_and_of_two_errnos_the_newer() -> Outcome {
    // getppid, getpgid, getsid after each of three phases.
    assert_eq!(
        printed(STACKING, "phases"),
        format!(
            "[Some({0}), Some({0}), None]\n[Some({1}), Some({0}), Some({1})]\n[Some({1}), Some({0}), Some({1})]\n",
            libc::EPERM,
            libc::EACCES
        )
    );
    Ok(())
}

pub fn a_worker_stacks_a_filter_a_call() -> Outcome {
    assert_eq!(printed(STACKING, "worker"), "5\n");
    Ok(())
}

/// All filters of a thread hold so many instructions together (`MAX_INSNS_PER_PATH` of kernel/seccomp.c), each and so many more.
const ROOM: u32 = 32768;
const MORE: u32 = 4;

pub fn a_thread_full_of_filters_is_told_so() -> Outcome {
    let text = printed(STACKING, "full");
    let lines: Vec<&str> = text.lines().collect();
    let [counts, error, errno] = lines[..] else {
        panic!("{text}");
    };
    let counts: Vec<u32> = counts.split(' ').map(|it| it.parse().unwrap()).collect();
    let [filters, length] = counts[..] else {
        panic!("{text}");
    };
    // What counts is what the kernel makes of them: three instructions at the start, and up to three for each.
    assert!(filters >= ROOM / (3 + 3 * length + MORE), "{text}");
    assert!(filters <= ROOM / (length + MORE), "{text}");
    assert!(error.contains("ENOMEM"), "{text}");
    assert!(error.contains(&ROOM.to_string()), "{text}");
    // Those in force stay so.
    assert_eq!(errno, format!("Some({})", libc::EPERM), "{text}");
    Ok(())
}

pub fn a_policy_installed_twice_is_in_force_twice() -> Outcome {
    let line = |filters| {
        let errno = libc::EPERM;
        format!("full; logged; {filters} Some({errno})\n")
    };
    assert_eq!(printed(STACKING, "twice"), [line(1), line(2)].concat());
    Ok(())
}

/// The actions that need nobody else, the strictest first, and what is seen of each: the end, and what is printed.
fn seen() -> [(&'static str, End, String); 7] {
    /// How the handler of SIGSYS ends the program.
    const TRAPPED: i32 = 3;
    /// The status of a program that panics, for want of what its thread would have returned.
    const PANICKED: i32 = 101;
    let nothing = String::new;
    let errno = |errno: Option<i32>| format!("{errno:?}\n");
    [
        ("kill_process", End::Killed(libc::SIGSYS), nothing()),
        ("kill_thread", End::Exited(PANICKED), nothing()),
        ("trap", End::Exited(TRAPPED), nothing()),
        ("errno", End::Exited(0), errno(Some(libc::EACCES))),
        ("trace", End::Exited(0), errno(Some(libc::ENOSYS))),
        ("log", End::Exited(0), errno(None)),
        ("allow", End::Exited(0), errno(None)),
    ]
}

pub fn of_two_filters_the_stricter_wins_whichever_is_newer() -> Outcome {
    let seen = seen();
    for (i, (first, ..)) in seen.iter().enumerate() {
        for (j, (second, ..)) in seen.iter().enumerate() {
            let (_, end, stdout) = &seen[i.min(j)];
            let mut command = command(STACKING, "pair");
            command.args([first, second]);
            let ran = program::run(command);
            assert_eq!(
                (&ran.end, &ran.stdout),
                (end, stdout),
                "{first}, then {second}: {ran:?}"
            );
        }
    }
    Ok(())
}
