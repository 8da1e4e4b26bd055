//! What the programs of the fault tests do once they are let, and before they are asked.

use super::bpf::Outer;
use std::sync::{Arc, Barrier};
use std::thread;

/// Printed by user code under its filter.
pub const IN_FORCE: &str = "user code, filter in force\n";
/// Printed by user code without it.
pub const UNPROTECTED: &str = "user code, unprotected\n";

/// What stands there in place of a status where there is none.
pub const NO_STATUS: &str = "no status";

/// Tells that user code runs, whether the filter is in force, and what the runtime says of it. Each of the programs answers getppid
/// with an errno, which std takes for a process id.
pub fn user_code() {
    let in_force = std::os::unix::process::parent_id() == u32::MAX;
    print!("{}", if in_force { IN_FORCE } else { UNPROTECTED });
    match seccomptime::status() {
        Some(status) => println!("{status}"),
        None => println!("{NO_STATUS}"),
    }
}

/// The variable that asks for a thread before `main`: `bare`, or `filtered` by a filter of its own.
pub const EARLY_THREAD: &str = "SECCOMPTIME_EARLY_THREAD";

#[used]
// SAFETY: the linker puts it among the functions that the libc calls, once, before main, with arguments that it doesn't look at.
#[unsafe(link_section = ".init_array")]
static CONSTRUCTOR: extern "C" fn() = constructor;

extern "C" fn constructor() {
    let filtered = match std::env::var(EARLY_THREAD).as_deref() {
        Ok("bare") => false,
        Ok("filtered") => true,
        _ => return,
    };
    // Not a channel's: before main some versions of std don't know the current thread.
    let started = Arc::new(Barrier::new(2));
    let start = Arc::clone(&started);
    let thread = thread::Builder::new().name("early".to_owned());
    let thread = thread.spawn(move || {
        if filtered {
            let passing = Outer::passing().build();
            passing.install().expect("the kernel takes filters");
        }
        started.wait();
        // Until the process ends.
        loop {
            thread::park();
        }
    });
    thread.expect("there is room for a thread");
    start.wait();
}

/// The line of this thread's `no_new_privs`, which gVisor has not: there it is asked for.
pub fn no_new_privs() -> String {
    let status = std::fs::read_to_string("/proc/thread-self/status").expect("procfs");
    let line = status.lines().find(|line| line.starts_with("NoNewPrivs:"));
    match line {
        Some(line) => format!("{line}\n"),
        None => {
            // SAFETY: five integers.
            let set = unsafe { libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) };
            format!("NoNewPrivs:\t{set}\n")
        }
    }
}
