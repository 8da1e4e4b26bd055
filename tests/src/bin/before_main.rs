//! A thread that exists before `main` does, made by a constructor as those of C libraries are; its argument says what it did then.

use seccomptime::{Policy, policy, seccomp};
use std::os::unix::process::parent_id;
use std::sync::{Condvar, Mutex};
use std::thread::{self, JoinHandle};

static OWN: Policy = policy!(errno(EPERM: getppid), default = log);

/// What the thread is told, and whether it has got to where it waits.
struct Talk {
    told: Mutex<(bool, bool)>,
    changed: Condvar,
}

static TALK: Talk = Talk {
    told: Mutex::new((false, false)),
    changed: Condvar::new(),
};

static THREAD: Mutex<Option<JoinHandle<bool>>> = Mutex::new(None);

/// Names the thread that has a filter already when `main` begins.
const WITH_A_FILTER: &str = "early-filter";

#[used]
// SAFETY: the linker puts it among the functions that the libc calls, once, before main, with arguments that it doesn't look at.
#[unsafe(link_section = ".init_array")]
static CONSTRUCTOR: extern "C" fn() = constructor;

extern "C" fn constructor() {
    let filtered = std::env::var_os("FILTERED").is_some();
    let name = if filtered { WITH_A_FILTER } else { "early" };
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
        if filtered {
            OWN.install().unwrap();
        }
        let mut told = TALK.told.lock().unwrap();
        told.0 = true;
        TALK.changed.notify_all();
        let told = TALK.changed.wait_while(told, |told| !told.1).unwrap();
        drop(told);
        covered()
    });
    *THREAD.lock().unwrap() = Some(thread.unwrap());
    let told = TALK.told.lock().unwrap();
    drop(TALK.changed.wait_while(told, |told| !told.0).unwrap());
}

/// Every policy here answers getppid with an errno.
fn covered() -> bool {
    parent_id() == u32::MAX
}

#[seccomp(errno(EPERM: getppid), default = log)]
fn main() {
    let main = covered();
    TALK.told.lock().unwrap().1 = true;
    TALK.changed.notify_all();
    let early = THREAD.lock().unwrap().take().expect("the constructor ran");
    println!("main {main}, early {}", early.join().unwrap());
}
