//! Whom a filter covers: its first argument says which case runs.

use seccomptime::{Policy, policy, seccomp};
use std::os::unix::process::parent_id;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

static EVERY_THREAD: Policy = policy!(
    errno(EPERM: getppid),
    default = log or allow,
    waive(looser_fallback: "the rule is what is tried, also where there is no log"),
    flags(tsync)
);
static ANOTHER: Policy = policy!(
    errno(EPERM: getppid),
    default = log or allow,
    waive(looser_fallback: "the rule is what is tried, also where there is no log")
);

/// Every policy here answers getppid with an errno.
fn covered() -> bool {
    parent_id() == u32::MAX
}

/// Its name.
const EARLIER: &str = "earlier";

/// A thread that exists before any filter and does one thing when told.
struct Earlier<T> {
    go: Sender<()>,
    answer: Receiver<T>,
}

impl<T: Send + 'static> Earlier<T> {
    fn new(work: impl FnOnce() -> T + Send + 'static) -> Self {
        let (go, going) = channel();
        let (answers, answer) = channel();
        let (here, started) = channel();
        let thread = thread::Builder::new().name(EARLIER.to_owned());
        let spawned = thread.spawn(move || {
            here.send(()).unwrap();
            going.recv().unwrap();
            answers.send(work()).unwrap();
            // Stays, so that there is more than one thread until the end.
            let _: Result<(), _> = going.recv();
        });
        spawned.unwrap();
        started.recv().unwrap();
        Self { go, answer }
    }

    fn now(&self) -> T {
        self.go.send(()).unwrap();
        self.answer.recv().unwrap()
    }
}

#[seccomp(
    errno(EPERM: getppid),
    default = log or allow,
    waive(looser_fallback: "the rule is what is tried, also where there is no log"),
    waive(stacks: "called once in this process")
)]
fn worker() -> [bool; 2] {
    [covered(), thread::spawn(covered).join().unwrap()]
}

fn tsync() {
    let earlier = Earlier::new(covered);
    let before = covered();
    EVERY_THREAD.install().unwrap();
    let later = thread::spawn(covered).join().unwrap();
    println!(
        "before {before}, calling {}, earlier {}, later {later}",
        covered(),
        earlier.now()
    );
}

fn calling() {
    let earlier = Earlier::new(covered);
    let [worker, spawned] = thread::spawn(worker).join().unwrap();
    let later = thread::spawn(covered).join().unwrap();
    println!(
        "worker {worker}, spawned {spawned}, caller {}, earlier {}, later {later}",
        covered(),
        earlier.now()
    );
}

fn divergent() {
    let earlier = Earlier::new(|| {
        ANOTHER.install().unwrap();
        // SAFETY: takes nothing, gives the thread's id.
        unsafe { libc::gettid() }
    });
    let thread = earlier.now();
    let error = EVERY_THREAD.install().unwrap_err();
    println!("thread {thread}, covered {}: {error}", covered());
}

fn many() {
    let _earlier = Earlier::new(covered);
    let error = EVERY_THREAD.install().unwrap_err();
    println!("covered {}: {error}", covered());
}

fn alone() {
    EVERY_THREAD.install().unwrap();
    println!("covered {}", covered());
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("tsync") => tsync(),
        Some("calling") => calling(),
        Some("divergent") => divergent(),
        Some("many") => many(),
        Some("alone") => alone(),
        case => panic!("no such case: {case:?}"),
    }
}
