//! Listeners at work: the first argument says which case runs. In some the answers come from a thread of this process; in the others
//! this process answers for one that it starts, `supervised target CASE`, whose stdin is a socket to here.

mod policies;
mod process;
mod target;
mod thread;

use std::env;
use std::io;

/// What a process does.
type Part = fn();

/// The cases that are answered in one process.
const IN_THREADS: &[(&str, Part)] = &[
    ("answers", thread::answers),
    ("narrow", thread::narrow),
    ("second", thread::second),
    ("tsync-giver", thread::tsync_giver),
    ("tsync-divergent", thread::tsync_divergent),
    ("no-way-out", thread::no_way_out),
    ("not-sent", thread::not_sent),
    ("abandoned", thread::abandoned),
    ("own", thread::own),
    ("storm", thread::storm),
    ("replaced", thread::replaced),
    ("missing", thread::missing),
    ("killable-missing", thread::killable_missing),
    ("tsync-missing", thread::tsync_missing),
];

/// The cases that have a process of their own under the filter: what answers, and what asks.
const IN_PROCESSES: &[(&str, Part, Part)] = &[
    ("descriptor", process::descriptor, target::descriptor),
    ("killed", process::killed, target::asks),
    ("interrupted", process::interrupted, target::interrupted),
    ("killable", process::killable, target::killable),
    ("death", process::death, target::asks_twice),
    ("hold", process::hold, target::asks),
    ("processor", process::processor, target::asks),
    ("offspring", process::offspring, target::offspring),
    ("program", process::offspring, target::program),
    ("memory", process::memory, target::memory),
    ("tsync", process::tsync, target::tsync),
    ("courier", process::courier, target::courier),
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let found = match arguments[..] {
        ["target", case] => IN_PROCESSES
            .iter()
            .find(|(name, ..)| *name == case)
            .map(|c| c.2),
        [case] => {
            let answering = IN_PROCESSES
                .iter()
                .map(|&(name, answers, _)| (name, answers));
            let mut all = IN_THREADS.iter().copied().chain(answering);
            all.find(|(name, _)| *name == case).map(|c| c.1)
        }
        _ => None,
    };
    found.unwrap_or_else(|| panic!("no such case: {arguments:?}"))();
}

/// Makes a call; an error is an errno.
///
/// # Safety
///
/// What the call does with its arguments must be sound. Those that read an id look at none.
pub unsafe fn call(nr: libc::c_long, args: [u64; 2]) -> Result<libc::c_long, i32> {
    let [first, second] = args.map(|arg| usize::try_from(arg).expect("a register's worth"));
    // SAFETY: as the caller says.
    match unsafe { libc::syscall(nr, first, second) } {
        -1 => Err(io::Error::last_os_error().raw_os_error().unwrap_or(0)),
        value => Ok(value),
    }
}

/// Asks for the parent's id, with an argument that the kernel doesn't look at.
pub fn ask(argument: u64) -> Result<libc::c_long, i32> {
    // SAFETY: the call looks at no argument.
    unsafe { call(libc::SYS_getppid, [argument, 0]) }
}
