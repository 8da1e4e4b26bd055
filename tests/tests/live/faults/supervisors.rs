//! What answers in place of the kernel, where that takes more than numbers to look at.

use libc::{EOPNOTSUPP, sock_filter};
use seccomptime_tests::support::supervisor::{Answer, Asked};
use std::mem::offset_of;

/// Return values (linux/seccomp.h).
const KILL_PROCESS: u32 = 0x8000_0000;
const KILL_THREAD: u32 = 0;
const LOG: u32 = 0x7ffc_0000;

/// `SECCOMP_FILTER_FLAG_TSYNC` (linux/seccomp.h), as wide as an argument.
const TSYNC: u64 = 1;

/// The kernel has every action but `log`.
pub fn lacks_log(asked: &Asked) -> Answer {
    lacks(asked, LOG)
}

/// The kernel has every action but `kill_process`.
pub fn lacks_kill_process(asked: &Asked) -> Answer {
    lacks(asked, KILL_PROCESS)
}

fn lacks(asked: &Asked, action: u32) -> Answer {
    let [_, _, address, ..] = asked.args;
    if asked.read(address).map(u32::from_ne_bytes) == Some(action) {
        Answer::Fails(EOPNOTSUPP)
    } else {
        Answer::GoOn
    }
}

/// A thread of some other process.
const A_THREAD: i64 = 4711;

/// A program can't be put on all threads, for one has other filters.
pub fn names_a_thread(asked: &Asked) -> Answer {
    let [_, _, program, ..] = asked.args;
    if program == 0 {
        Answer::GoOn
    } else {
        names_a_thread_without_a_look(asked)
    }
}

/// The same, be there a program or not.
pub fn names_a_thread_without_a_look(asked: &Asked) -> Answer {
    let [_, flags, ..] = asked.args;
    if flags & TSYNC == 0 {
        Answer::GoOn
    } else {
        Answer::Gives(A_THREAD)
    }
}

/// no_new_privs is set.
pub fn has_no_new_privs(_: &Asked) -> Answer {
    Answer::Gives(1)
}

/// What the kernels before 4.14 make of a filter with `log`: it loads, and kills on the first hit.
pub fn kills_for_log(asked: &Asked) -> Answer {
    let [_, _, program, ..] = asked.args;
    let instructions = instructions(asked, program);
    for address in instructions.into_iter().flatten() {
        let k = address + offset(offset_of!(sock_filter, k));
        let code = asked.read(address).map(u16::from_ne_bytes);
        let returns = code.map(u32::from) == Some(libc::BPF_RET | libc::BPF_K);
        if returns && asked.read(k).map(u32::from_ne_bytes) == Some(LOG) {
            asked.write(k, &KILL_THREAD.to_ne_bytes());
        }
    }
    Answer::GoOn
}

/// The addresses of a program's instructions, where there is a program.
fn instructions(asked: &Asked, program: u64) -> Option<impl Iterator<Item = u64>> {
    let length = asked.read(program).map(u16::from_ne_bytes)?;
    let first = program + offset(offset_of!(libc::sock_fprog, filter));
    let first = asked.read(first).map(usize::from_ne_bytes)?;
    let step = offset(size_of::<sock_filter>());
    Some((0..length).map(move |i| offset(first) + u64::from(i) * step))
}

fn offset(bytes: usize) -> u64 {
    u64::try_from(bytes).expect("an address is 64 bits at most")
}
