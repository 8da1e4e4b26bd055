//! What can befall any program: its end by a panic, an overflow, a lack of memory, or a stop while it waits.

use std::hint::black_box;
use std::process::abort;
use std::ptr;
use std::thread;
use std::time::Duration;

use seccomptime::{Policy, policy};

/// Whoever sees what is to be seen ends the program long before.
const LONG: Duration = Duration::from_secs(3600);

/// What the program may still map when memory is to run out.
const ROOM: libc::rlim_t = 32 << 20;

/// Prepares the process before the filter, if it must, and gives what is then done.
type Situation = fn() -> fn();

/// Every situation.
pub const SITUATIONS: &[(&str, Situation)] = &[
    ("abort", || || abort()),
    ("panic", || || panic!("boom")),
    ("panic_in_thread", || || join(|| panic!("boom"))),
    ("overflow", || overflow),
    ("crash", || crash),
    ("overflow_in_thread", || || join(overflow)),
    ("memory", || {
        limit_memory();
        use_up_memory
    }),
    ("memory_in_thread", || {
        limit_memory();
        || join(use_up_memory)
    }),
    ("park", || || thread::park_timeout(LONG)),
    ("sleep", || || thread::sleep(LONG)),
];

fn join(body: fn()) {
    // What became of it is the process's end, or nothing.
    let _ = thread::spawn(body).join();
}

fn overflow() {
    black_box(recurse(1));
}

/// What std doesn't know for an overflow.
fn crash() {
    let nothing = ptr::without_provenance_mut::<u8>(CRASH);
    // SAFETY: not sound, and meant to be the end: nothing is ever mapped there, nor anything read back.
    unsafe { nothing.write_volatile(1) };
}

/// In the first page, which the kernel keeps free.
const CRASH: usize = 8;

/// Each level takes a page of the stack.
#[expect(unconditional_recursion, reason = "the stack is to overflow")]
fn recurse(level: u64) -> u64 {
    let page = black_box([level; 512]);
    recurse(level + 1) + page[511]
}

/// Small pieces, so that the heap grows in every way it has.
fn use_up_memory() {
    let mut held: Vec<Box<[u8; 8192]>> = Vec::new();
    loop {
        held.push(black_box(Box::new([1; 8192])));
    }
}

fn limit_memory() {
    let now = std::fs::read_to_string("/proc/self/statm").expect("procfs");
    let pages: libc::rlim_t = now
        .split(' ')
        .next()
        .and_then(|it| it.parse().ok())
        .expect("a number");
    // SAFETY: takes a number, gives one.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    let size = pages * libc::rlim_t::try_from(page).expect("pages have a size") + ROOM;
    let limit = libc::rlimit {
        rlim_cur: size,
        rlim_max: size,
    };
    // SAFETY: the kernel reads the struct during the call.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
}

/// What a set would be that forgets what the kernel itself makes a program call.
const NO_RESTART: &str = "no-restart";

static WITHOUT_RESTART: Policy = policy!(
    allow(@rust-main - restart_syscall),
    default = kill_process,
);

/// The policy of a program that has this set, and may panic: with a backtrace or without.
pub fn policy(set: &str, backtrace: bool) -> Option<&'static Policy> {
    if set == NO_RESTART {
        return Some(&WITHOUT_RESTART);
    }
    let (_, policies) = POLICIES.iter().find(|(name, _)| *name == set)?;
    Some(&policies[usize::from(backtrace)])
}

/// The sets, and their policies.
type Row = (&'static str, [Policy; 2]);

macro_rules! policies {
    ($($name:literal: $(@ $set:ident $(- $more:ident)*)?),+ $(,)?) => {
        &[$(($name, [
            policy!(allow(@rust-main, @rust-panic, $(@ $set $(- $more)*)?), default = kill_process),
            policy!(allow(@rust-main, @rust-backtrace, $(@ $set $(- $more)*)?), default = kill_process),
        ])),+]
    };
}

static POLICIES: &[Row] = policies![
    "rust-main":,
    "files-read": @files-read,
    "files-write": @files-write,
    "install": @install,
    "memory": @memory,
    "name-resolution": @name-resolution,
    "network-client": @network-client,
    "network-server": @network-server,
    "process-spawn": @process-spawn,
    "program-start": @program-start,
    "rust-threads": @rust-threads,
    "stdio": @stdio,
    "time": @time,
    "tokio": @tokio,
];
