//! Filters on children alone: its first argument says which case runs. The children are this program again.

use seccomptime::{CommandExt as _, Error, FilteredCommand, Policy, policy};
use std::alloc::{GlobalAlloc, Layout, System};
use std::os::unix::process::{ExitStatusExt, parent_id};
use std::process::{Command, ExitStatus, Stdio, abort, id};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::{env, io, thread};

/// Ends a process that was forked and allocates before it is another program.
struct Guarded;

/// The process that may allocate; 0 while all may.
static MAY_ALLOCATE: AtomicU32 = AtomicU32::new(0);

// SAFETY: hands every request to the system's allocator as it is.
unsafe impl GlobalAlloc for Guarded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let may = MAY_ALLOCATE.load(Ordering::Relaxed);
        if may != 0 && may != id() {
            abort();
        }
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Guarded = Guarded;

static MARKED: Policy = policy!(errno(EPERM: getppid), default = log);
static ON_ALL_THREADS: Policy = policy!(errno(EPERM: getppid), default = log, flags(tsync));
static OTHERWISE_MARKED: Policy = policy!(errno(EACCES: getppid), default = log);
static PRIVILEGED: Policy = policy!(
    errno(EPERM: getppid), default = log, flags(keep_privs), waive(keep_privs: "a test of it"),
);
static PROGRAM: Policy = policy!(allow(@program-start, @rust-main, @rust-panic, @stdio));
static TWO_PHASES: Policy =
    policy!(allow(@program-start, @rust-main, @rust-panic, @stdio, @install));
static SILENT: Policy = policy!(allow(@program-start, @rust-main));
static MUTE: Policy = policy!(allow(@program-start, @rust-main, @rust-panic), errno(EPERM: write));
static NO_EXEC: Policy = policy!(errno(EPERM: execve, execveat), default = log);
static OR_MARKED: Policy = policy!(
    allow(@program-start, @rust-main, @rust-panic, @stdio), default = log or errno(EACCES),
);
static NO_PROCESSES: Policy = policy!(
    kill_process(clone, clone3, fork, vfork), errno(EPERM: getppid), default = log,
);

/// This program, to run as a child.
fn child(what: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["child", what]);
    command
}

/// What the policies with a mark answer to getppid; std hides which errno it is.
fn marked() -> bool {
    parent_id() == u32::MAX
}

fn show(started: io::Result<ExitStatus>) {
    match started {
        Ok(status) => println!("{:?} {:?}", status.code(), status.signal()),
        Err(error) => {
            let ours = error.get_ref().and_then(|it| it.downcast_ref::<Error>());
            println!("{error}; {:?}; ours {}", error.kind(), ours.is_some());
        }
    }
}

fn text(command: &mut FilteredCommand<'_>) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

fn alone() {
    print!("child {}", text(&mut child("marked").seccomp(&MARKED)));
    println!("parent {}", marked());
    let mut plain = child("marked");
    plain.seccomp(&MARKED);
    let output = plain.output().unwrap();
    print!("through std {}", String::from_utf8(output.stdout).unwrap());
}

fn killing() {
    show(
        child("marked")
            .seccomp(&PROGRAM)
            .stdout(Stdio::null())
            .status(),
    );
    show(child("hello").seccomp(&PROGRAM).status());
}

fn no_exec() {
    // Whoever forks under this dies.
    NO_PROCESSES.install().unwrap();
    show(child("hello").seccomp(&NO_EXEC).status());
    show(child("hello").seccomp(&MARKED).seccomp(&NO_EXEC).status());
    println!(
        "{}",
        child("hello")
            .seccomp(&NO_EXEC)
            .in_force()
            .unwrap_err()
            .hint()
    );
}

fn no_exec_through_std() {
    let mut command = child("hello");
    command.seccomp(&NO_EXEC);
    show(command.status());
}

fn full() {
    while MARKED.install().is_ok() {}
    show(child("hello").seccomp(&MARKED).status());
    let mut command = child("hello");
    command.seccomp(&MARKED);
    show(command.status());
    show(Err(child("hello").seccomp(&MARKED).exec()));
}

fn downgraded() {
    let mut command = child("errno");
    let mut command = command.seccomp(&OR_MARKED);
    println!("{}", command.in_force().unwrap());
    print!("{}", text(&mut command));
    show(child("hello").seccomp(&MARKED).status());
}

fn stacked() {
    let mut command = child("errno");
    print!(
        "{}",
        text(&mut command.seccomp(&MARKED).seccomp(&OTHERWISE_MARKED))
    );
    let mut command = child("errno");
    print!(
        "{}",
        text(&mut command.seccomp(&OTHERWISE_MARKED).seccomp(&MARKED))
    );
    show(
        child("hello")
            .seccomp(&TWO_PHASES)
            .seccomp(&PROGRAM)
            .status(),
    );
    show(child("hello").seccomp(&PROGRAM).seccomp(&PROGRAM).status());
}

fn missing() {
    show(Command::new("/nonexistent").seccomp(&PROGRAM).status());
    show(
        child("hello")
            .seccomp(&PROGRAM)
            .current_dir("/nonexistent")
            .status(),
    );
    // A child that may not write can't say that its exec failed.
    show(Command::new("/nonexistent").seccomp(&SILENT).status());
    show(Command::new("/nonexistent").seccomp(&MUTE).status());
}

fn privileged() {
    show(child("privileges").seccomp(&PRIVILEGED).status());
    show(child("privileges").seccomp(&MARKED).status());
}

/// Children started again and again while other threads hold the allocator's lock, or an own filter.
fn threads() {
    const CHILDREN: u32 = 100;
    let done = AtomicBool::new(false);
    let start = || -> u32 {
        let mut command = child("hello");
        let mut command = command.seccomp(&ON_ALL_THREADS);
        command.stdout(Stdio::null());
        let ends = (0..CHILDREN).map(|_| u32::from(command.status().unwrap().success()));
        ends.sum()
    };
    let good = thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::hint::black_box(vec![0; 1000]);
                }
            });
        }
        scope.spawn(|| {
            MARKED.install().unwrap();
            assert!(marked());
            while !done.load(Ordering::Relaxed) {
                thread::yield_now();
            }
        });
        MAY_ALLOCATE.store(id(), Ordering::Relaxed);
        let starters = [scope.spawn(start), scope.spawn(start)];
        let good: u32 = starters.map(|it| it.join().unwrap()).iter().sum();
        done.store(true, Ordering::Relaxed);
        good
    });
    println!("{good} of {}, parent {}", 2 * CHILDREN, marked());
}

fn exec() {
    println!("{}", child("marked").seccomp(&MARKED).exec());
}

/// What a child does.
fn run(what: &str) {
    match what {
        "hello" => println!("hello"),
        "marked" => println!("{}", marked()),
        "errno" => {
            // SAFETY: takes nothing, gives the parent's id.
            let answer = unsafe { libc::syscall(libc::SYS_getppid) };
            let errno = (answer == -1).then(|| io::Error::last_os_error().raw_os_error());
            println!("{:?}", errno.flatten());
        }
        "privileges" => print!("{}", seccomptime_tests::support::guarded::no_new_privs()),
        other => panic!("no such child: {other}"),
    }
}

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["child", what] => run(what),
        ["alone"] => alone(),
        ["killing"] => killing(),
        ["no_exec"] => no_exec(),
        ["no_exec_through_std"] => no_exec_through_std(),
        ["full"] => full(),
        ["downgraded"] => downgraded(),
        ["stacked"] => stacked(),
        ["missing"] => missing(),
        ["privileged"] => privileged(),
        ["threads"] => threads(),
        ["exec"] => exec(),
        _ => panic!("no such case: {args:?}"),
    }
}
