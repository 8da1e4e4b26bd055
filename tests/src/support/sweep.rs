//! Every call against a policy on the real kernel, none of them executed.
//!
//! A filter stacked before the policy answers every call with [`MARK`]. The kernel takes the strictest answer of all filters and, where two
//! give an errno, the newest's: so the policy's kills, traps and errnos show as they are, and what it would trace, notify, log or
//! allow shows as the mark, instead of being executed.

use super::bpf::{self, Outer, Program, When};
use super::call::{self, Abi, Call, SYS_SECCOMP, TRAPPED_WORDS, Trapped, trapping_end};
use super::fork::{self, End, Shared};
use super::{signed, unsigned};
use seccomptime::{Action, Decision, Policy};
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// An errno that no policy under test answers.
pub const MARK: i32 = 3999;
/// The first argument that keeps seccomp(2) and prctl(2), which an install needs, from passing the mark.
pub const NO_OPERATION: u32 = 0xdead_beef;
/// `X32_SYSCALL_BIT` (asm/unistd.h).
const X32_BIT: u32 = 0x4000_0000;

/// What a call was seen to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The mark: nothing stricter than an errno, and no errno of the policy.
    Mark,
    /// This errno, or with 0 a success that did nothing.
    Errno(u16),
    /// SIGSYS with this data.
    Trap(u16),
    /// The thread died, the process lived.
    ThreadKilled,
    /// The process died of SIGSYS.
    ProcessKilled,
}

/// The numbers that are swept: every one that may be a call, and some beyond.
pub fn every_call() -> Vec<Call> {
    let args = [u64::from(NO_OPERATION), 0, 0, 0, 0, 0];
    let native = (0..=1100)
        // uretprobe and uprobe: the kernel answers before any filter.
        .filter(|nr| cfg!(not(target_arch = "x86_64")) || !(335..=336).contains(nr))
        .chain([call::LAST]);
    let mut calls: Vec<_> = native.map(|nr| Call::native(nr, args)).collect();
    if cfg!(target_arch = "x86_64") {
        calls.extend((0..=600).map(|nr| Call::native(X32_BIT + nr, args)));
    }
    calls
}

/// The same numbers by `int 0x80`.
pub fn every_i386_call() -> Vec<Call> {
    let numbers = (0..=1100).chain([u32::MAX]).chain(X32_BIT..=X32_BIT + 600);
    numbers.map(|nr| Call::i386(nr, [0; 6])).collect()
}

/// Makes the calls under what `install` installs on the calling thread; it answers whether it did.
pub fn sweep(install: &dyn Fn() -> bool, calls: &[Call]) -> Vec<Seen> {
    let marks = marks();
    let memory = Shared::new(HEAD + calls.len());
    let at = Board(&memory);
    let mut seen = Vec::with_capacity(calls.len());
    while seen.len() < calls.len() {
        at.start(seen.len());
        let end = fork::run(|| process(install, &marks, calls, at));
        let reached = usize::try_from(at.load(CURSOR)).expect("an index");
        seen.extend(
            (seen.len()..reached).map(|index| at.seen(index).expect("a call that returned")),
        );
        let trapped = Trapped::read(&memory[TRAP..]);
        match (end, at.load(STATE), trapped) {
            (End::Killed(_), DONE, _) => {}
            (End::Exited(THREAD_DIED), RUNNING, None) => seen.push(Seen::ThreadKilled),
            (End::Killed(_), RUNNING, Some(trapped)) => {
                seen.push(check_trap(calls[reached], trapped))
            }
            (End::Killed(libc::SIGSYS), RUNNING, None) => seen.push(Seen::ProcessKilled),
            (end, state, _) => panic!(
                "the sweep ended with {end:?} in state {state} at {:x?}",
                calls.get(reached)
            ),
        }
    }
    seen
}

/// Where the kernel and the simulation of the policy's program disagree: nothing where they don't. The policy must be one for the
/// calling thread alone.
pub fn disagreements(policy: &Policy, calls: &[Call]) -> String {
    let mut text = String::new();
    for (call, seen) in calls.iter().zip(sweep(&|| policy.install().is_ok(), calls)) {
        let decided = decide(policy, call);
        if expected(&decided) != seen {
            writeln!(text, "{call:x?}: decided {decided:?}, seen {seen:?}").expect("a string");
        }
    }
    text
}

/// What the policy's own simulation says.
pub fn decide(policy: &Policy, call: &Call) -> Decision {
    match call.abi {
        Abi::Native => policy.decide(signed(call.nr).into(), call.args),
        Abi::I386 => policy.decide_foreign(bpf::AUDIT_ARCH_I386, call.nr, call.args),
    }
}

fn expected(decision: &Decision) -> Seen {
    match decision.action() {
        Action::Allow | Action::Log | Action::Trace | Action::Notify => Seen::Mark,
        Action::Errno => Seen::Errno(decision.data()),
        Action::Trap => Seen::Trap(decision.data()),
        Action::KillThread => Seen::ThreadKilled,
        Action::KillProcess => Seen::ProcessKilled,
        other => panic!("an action of which the sweep knows nothing: {other}"),
    }
}

fn marks() -> Program {
    let mark = bpf::errno(MARK);
    let is = [When::Is(0, NO_OPERATION)];
    Outer::new(mark, mark)
        .rule(libc::SYS_seccomp, &is, mark)
        .rule(libc::SYS_prctl, &is, mark)
        .rule(libc::SYS_seccomp, &[], bpf::ALLOW)
        .rule(libc::SYS_prctl, &[], bpf::ALLOW)
        .build()
}

fn check_trap(call: Call, trapped: Trapped) -> Seen {
    let arch = match call.abi {
        Abi::Native => bpf::NATIVE_ARCH,
        Abi::I386 => bpf::AUDIT_ARCH_I386,
    };
    assert_eq!(trapped.code, SYS_SECCOMP, "si_code of {call:x?}");
    assert_eq!(trapped.nr, u64::from(call.nr), "si_syscall of {call:x?}");
    assert_eq!(trapped.arch, u64::from(arch), "si_arch of {call:x?}");
    Seen::Trap(u16::try_from(trapped.data).expect("16 bits of data"))
}

// The words that a swept process and its parent share: what SIGSYS told, how far it is, and an answer a call.
const TRAP: usize = 0;
const CURSOR: usize = TRAP + TRAPPED_WORDS;
const STATE: usize = CURSOR + 1;
const HEAD: usize = STATE + 1;

const STARTING: u64 = 0;
const RUNNING: u64 = 1;
const DONE: u64 = 2;

/// The status of a process that outlived its swept thread.
const THREAD_DIED: i32 = 1;

/// Answers as words: none yet, a value that only an executed call gives, else this plus the errno.
const NONE: u64 = 0;
const EXECUTED: u64 = 1;
const ANSWERED: u64 = 2;
/// `MAX_ERRNO` (linux/err.h).
const MAX_ERRNO: u64 = 4095;

fn word(answer: i64) -> u64 {
    match answer.checked_neg().map(u64::try_from) {
        Some(Ok(errno @ 0..=MAX_ERRNO)) => ANSWERED + errno,
        _ => EXECUTED,
    }
}

#[derive(Clone, Copy)]
struct Board<'a>(&'a [AtomicU64]);

impl Board<'_> {
    fn load(self, word: usize) -> u64 {
        self.0[word].load(Ordering::SeqCst)
    }

    fn store(self, word: usize, value: u64) {
        self.0[word].store(value, Ordering::SeqCst);
    }

    fn start(self, cursor: usize) {
        self.store(TRAP, 0);
        self.store(STATE, STARTING);
        self.store(CURSOR, u64::try_from(cursor).expect("64 bits"));
    }

    fn seen(self, index: usize) -> Option<Seen> {
        match self.load(HEAD + index) {
            NONE => None,
            EXECUTED => panic!("call {index} of the sweep was executed"),
            answer if answer == ANSWERED + u64::from(unsigned(MARK)) => Some(Seen::Mark),
            answer => Some(Seen::Errno(
                u16::try_from(answer - ANSWERED).expect("an errno"),
            )),
        }
    }
}

/// What a swept thread is told.
struct Task<'a> {
    install: &'a dyn Fn() -> bool,
    marks: &'a Program,
    calls: &'a [Call],
    at: Board<'a>,
}

/// A process under test: this thread stays without a filter and makes one that sweeps. So a thread's death can be told from its
/// process's, which are the same where there is one thread.
fn process(install: &dyn Fn() -> bool, marks: &Program, calls: &[Call], at: Board<'_>) -> i32 {
    call::catch_sigsys(&at.0[TRAP..]);
    let task = Task {
        install,
        marks,
        calls,
        at,
    };
    thread_until_death(&task);
    THREAD_DIED
}

/// Bytes of stack for a swept thread; a signal frame of the widest vector registers fits many times.
const STACK: usize = 256 << 10;

/// Starts a thread that sweeps, and sleeps until it is dead: by CLONE_VFORK, since what is left of a killed thread wakes no lock.
fn thread_until_death(task: &Task<'_>) {
    let flags = libc::CLONE_VM
        | libc::CLONE_FS
        | libc::CLONE_FILES
        | libc::CLONE_SIGHAND
        | libc::CLONE_THREAD
        | libc::CLONE_SYSVSEM
        | libc::CLONE_VFORK;
    let argument = &raw const *task;
    // SAFETY: a new private mapping touches no memory of ours; the thread gets its upper end. It isn't unmapped: the process is
    // short-lived. The task outlives the thread, as this thread sleeps until then; meanwhile nobody else uses the thread-local storage that both share.
    let started = unsafe {
        let stack = libc::mmap(
            std::ptr::null_mut(),
            STACK,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        assert_ne!(stack, libc::MAP_FAILED, "no room for a stack");
        let top = stack.byte_add(STACK);
        libc::clone(swept_thread, top, flags, argument.cast_mut().cast())
    };
    assert!(started > 0, "clone");
}

extern "C" fn swept_thread(task: *mut libc::c_void) -> libc::c_int {
    // SAFETY: `thread_until_death` hands a task that outlives this thread.
    let Task {
        install,
        marks,
        calls,
        at,
    } = unsafe { &*task.cast::<Task<'_>>() };
    if marks.install().is_err() || !install() {
        return 0;
    }
    at.store(STATE, RUNNING);
    for index in usize::try_from(at.load(CURSOR)).expect("an index")..calls.len() {
        at.store(CURSOR, u64::try_from(index).expect("64 bits"));
        // SAFETY: the mark keeps every call from being executed.
        let answer = unsafe { calls[index].make() };
        at.store(HEAD + index, word(answer));
    }
    at.store(CURSOR, u64::try_from(calls.len()).expect("64 bits"));
    at.store(STATE, DONE);
    trapping_end()
}
