//! Filters on filters: its first argument says which case runs.

use seccomptime::{Policy, policy, seccomp};
use std::io;

static WIDE: Policy = policy!(errno(EPERM: getppid, getpgid), default = log);
static NARROW: Policy = policy!(errno(EACCES: getppid, getsid), default = log);
static STRICTER: Policy = policy!(trace(1: getppid), allow(getsid), default = log);

#[seccomp(errno(EPERM: getppid), default = log, waive(stacks: "shown here"))]
fn worker() {}

/// The errno of a call without arguments that count.
fn errno_of(nr: libc::c_long) -> Option<i32> {
    // SAFETY: the calls below read this process's ids.
    let answer = unsafe { libc::syscall(nr, 0) };
    (answer == -1).then(|| io::Error::last_os_error().raw_os_error().unwrap())
}

fn filters() -> u32 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("Seccomp_filters:"));
    line.expect("a kernel since 5.9").trim().parse().unwrap()
}

fn phases() {
    for phase in [&WIDE, &NARROW, &STRICTER] {
        phase.install().unwrap();
        let answers = [libc::SYS_getppid, libc::SYS_getpgid, libc::SYS_getsid].map(errno_of);
        println!("{answers:?}");
    }
}

fn worker_in_a_loop() {
    let before = filters();
    for _ in 0..5 {
        worker();
    }
    println!("{}", filters() - before);
}

/// How many filters of how many instructions there was room for, and the error of one too many.
fn until_full() {
    let before = filters();
    // The kernel's room for all filters of a thread is some thousand short ones.
    let error = (0..100_000).find_map(|_| WIDE.install().err());
    let error = error.expect("the room is bounded");
    println!("{} {}", filters() - before, WIDE.instructions().len());
    println!("{error}; {}", error.hint());
    println!("{:?}", errno_of(libc::SYS_getppid));
}

fn twice() {
    let before = filters();
    for _ in 0..2 {
        let status = WIDE.install().unwrap();
        println!(
            "{status}; {} {:?}",
            filters() - before,
            errno_of(libc::SYS_getppid)
        );
    }
}

/// A policy for each action that needs nobody else, by the action's name.
static EACH: [(&str, Policy); 7] = [
    (
        "kill_process",
        policy!(kill_process(getppid), default = log),
    ),
    (
        "kill_thread",
        policy!(kill_thread(getppid), default = log, waive(kill_thread: "shown here")),
    ),
    (
        "trap",
        policy!(trap(getppid), default = log, waive(replaceable_handler: "shown here")),
    ),
    ("errno", policy!(errno(EACCES: getppid), default = log)),
    ("trace", policy!(trace(getppid), default = log)),
    ("log", policy!(log(getppid), default = allow)),
    ("allow", policy!(allow(getppid), default = log)),
];

/// Tells that it was called: SIGSYS by itself ends the process, as `kill_process` does.
extern "C" fn trapped(_: libc::c_int) {
    const TRAPPED: i32 = 3;
    // SAFETY: ends the process, running nothing on the way.
    unsafe { libc::_exit(TRAPPED) };
}

fn pair(names: [&str; 2]) {
    let handler: extern "C" fn(libc::c_int) = trapped;
    // SAFETY: the handler does what a signal handler may.
    unsafe { libc::signal(libc::SIGSYS, handler as libc::sighandler_t) };
    for name in names {
        let (_, policy) = EACH.iter().find(|(known, _)| *known == name).unwrap();
        policy.install().unwrap();
    }
    // On a thread of its own, so that its end and that of the process are told apart.
    let called = std::thread::spawn(|| errno_of(libc::SYS_getppid));
    println!("{:?}", called.join().unwrap());
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["phases"] => phases(),
        ["worker"] => worker_in_a_loop(),
        ["full"] => until_full(),
        ["twice"] => twice(),
        ["pair", first, second] => pair([first, second]),
        _ => panic!("no such case: {args:?}"),
    }
}
