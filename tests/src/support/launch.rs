//! Programs started, or met, in ways that std's commands don't have: without a vDSO, stopped while they wait.

use super::checked;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::ptr;

/// A word of a program's stack as it begins.
type Word = usize;
const WORD: u64 = size_of::<Word>() as u64;

/// `AT_NULL` of elf.h: the end.
const AT_NULL: Word = 0;
/// `AT_IGNORE` of elf.h.
const AT_IGNORE: Word = 1;
/// `AT_SYSINFO_EHDR` of elf.h: where the vDSO is.
const AT_SYSINFO_EHDR: Word = 33;

/// Runs a command to its end that isn't told where its vDSO is, so that it asks the kernel for the time.
pub fn without_vdso(mut command: Command) -> Output {
    let trace_me = || {
        // SAFETY: one system call, which looks at no memory.
        checked(unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) })?;
        Ok(())
    };
    // SAFETY: the closure makes one system call.
    unsafe { command.pre_exec(trace_me) };
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command
        .spawn()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let pid = pid(&child);
    let mut status = 0;
    // It stops at the end of its exec, before its first instruction.
    // SAFETY: the kernel writes one int during the call.
    checked(unsafe { libc::waitpid(pid, &mut status, 0) }).expect("a child of ours");
    assert!(libc::WIFSTOPPED(status), "{command:?}: {status:#x}");
    hide_vdso(pid).expect("the memory of a process that we trace");
    // SAFETY: the child is stopped and traced by this thread; no memory is looked at.
    checked(unsafe { libc::ptrace(libc::PTRACE_DETACH, pid, ptr::null_mut::<()>(), 0) })
        .expect("traced");
    child.wait_with_output().expect("a child of ours")
}

/// In the process's stack, as exec left it: the count of arguments, they, a null, the environment, a null, pairs of the auxiliary
/// vector.
fn hide_vdso(pid: libc::pid_t) -> io::Result<()> {
    let memory = File::options()
        .read(true)
        .write(true)
        .open(format!("/proc/{pid}/mem"))?;
    let read = |at: u64| {
        let mut word = [0; size_of::<Word>()];
        memory
            .read_exact_at(&mut word, at)
            .map(|()| Word::from_ne_bytes(word))
    };
    let mut at = start_of_stack(pid)?;
    let arguments = read(at)?;
    at += WORD * (u64::try_from(arguments).expect("a count") + 2);
    while read(at)? != 0 {
        at += WORD;
    }
    at += WORD;
    while read(at)? != AT_SYSINFO_EHDR {
        if read(at)? == AT_NULL {
            // The kernel has none.
            return Ok(());
        }
        at += 2 * WORD;
    }
    memory.write_all_at(&AT_IGNORE.to_ne_bytes(), at)
}

/// `startstack` of proc_pid_stat(5): so many spaces after the name.
const START_STACK: usize = 26;

fn start_of_stack(pid: libc::pid_t) -> io::Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').expect("a name in parentheses");
    let field = fields
        .split(' ')
        .nth(START_STACK)
        .and_then(|it| it.parse().ok());
    Ok(field.expect("a number"))
}

/// Runs a command that waits for ever, stops and continues it while it waits under its filter, and once it waits again ends it by
/// SIGTERM.
pub fn stopped_and_continued(mut command: Command) -> ExitStatus {
    let mut child = command
        .spawn()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let pid = pid(&child);
    let steps = [
        (None, &["State:\tS", "Seccomp:\t2"][..]),
        (Some(libc::SIGSTOP), &["State:\tT"]),
        (Some(libc::SIGCONT), &["State:\tS"]),
    ];
    for (signal, state) in steps {
        if let Some(signal) = signal {
            send(pid, signal);
        }
        if !gets_into(pid, state) {
            return child.wait().expect("a child of ours");
        }
    }
    send(pid, libc::SIGTERM);
    child.wait().expect("a child of ours")
}

fn pid(child: &Child) -> libc::pid_t {
    child.id().try_into().expect("process ids are small")
}

fn send(pid: libc::pid_t, signal: libc::c_int) {
    // SAFETY: two integers; the process is our own child, not yet waited for, so the number can't have been given to another.
    checked(unsafe { libc::kill(pid, signal) }).expect("a child of ours");
}

/// Waits until the process's status shows all of this; false where it ends instead.
fn gets_into(pid: libc::pid_t, state: &[&str]) -> bool {
    loop {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a child of ours");
        if state.iter().all(|it| status.contains(it)) {
            return true;
        }
        if status.contains("State:\tZ") {
            return false;
        }
        std::thread::yield_now();
    }
}
