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

fn until_full() {
    // The kernel's room for all filters of a thread is some thousand short ones.
    let (count, error) = (0..100_000)
        .find_map(|count| Some((count, WIDE.install().err()?)))
        .expect("the room is bounded");
    println!("{}: {error}", count > 100);
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("phases") => phases(),
        Some("worker") => worker_in_a_loop(),
        Some("full") => until_full(),
        case => panic!("no such case: {case:?}"),
    }
}
