//! Forked children: a closure that runs in a process of its own, and memory that both see.
//!
//! The child of a process with threads must not allocate: another thread may have held the
//! allocator's lock. So closures only make system calls and write to [`Shared`]; what they need is made before the fork.

use super::checked;
use std::io;
use std::mem;
use std::ops::Deref;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::Duration;

/// Milliseconds after which a child counts as hung; no test comes near it.
const HUNG_AFTER: libc::c_int = 600_000;

/// Milliseconds between two looks where looking is all there is.
const LOOK_EVERY: u64 = 10;

/// Words that a child writes and its parent reads, all zero at first.
pub struct Shared {
    words: NonNull<AtomicU64>,
    len: usize,
}

// SAFETY: it is a slice of atomics; the mapping lives as long as the value.
unsafe impl Send for Shared {}
// SAFETY: as above; every access is atomic.
unsafe impl Sync for Shared {}

impl Shared {
    /// Maps `len` words.
    pub fn new(len: usize) -> Self {
        // SAFETY: a new anonymous mapping at an address of the kernel's choice touches no memory of ours.
        let at = unsafe {
            libc::mmap(
                ptr::null_mut(),
                Self::bytes(len),
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert_ne!(at, libc::MAP_FAILED, "{}", io::Error::last_os_error());
        Self {
            words: NonNull::new(at.cast()).expect("no mapping is at address 0"),
            len,
        }
    }

    fn bytes(len: usize) -> usize {
        len.max(1) * size_of::<AtomicU64>()
    }
}

impl Deref for Shared {
    type Target = [AtomicU64];

    fn deref(&self) -> &[AtomicU64] {
        // SAFETY: `words` is a page-aligned mapping of `len` zeroed words, and a zeroed AtomicU64 is valid; it is unmapped only by drop.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr(), self.len) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by `new` with this length, and no reference outlives the value.
        unsafe { libc::munmap(self.words.as_ptr().cast(), Self::bytes(self.len)) };
    }
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It ended by itself with this status.
    Exited(i32),
    /// This signal ended it.
    Killed(i32),
    /// It had to be killed.
    Hung,
}

impl End {
    pub(super) fn new(hung: bool, status: ExitStatus) -> Self {
        match (hung, status.code(), status.signal()) {
            (true, ..) => Self::Hung,
            (false, Some(code), _) => Self::Exited(code),
            (false, None, Some(signal)) => Self::Killed(signal),
            (false, None, None) => unreachable!("only ends are waited for"),
        }
    }
}

/// A child that runs.
#[derive(Debug)]
pub struct Child {
    pid: libc::pid_t,
}

impl Child {
    /// Its process id, which is what records of the log name.
    pub fn pid(&self) -> u32 {
        u32::try_from(self.pid).expect("process ids are positive")
    }

    /// Waits for its end.
    pub fn wait(self) -> End {
        wait(self.pid)
    }
}

/// Runs a closure in a child and waits for its end; the closure's value is the status.
pub fn run(body: impl FnOnce() -> i32) -> End {
    start(body).wait()
}

/// Starts a closure in a child of its own; the closure's value is the status.
pub fn start(body: impl FnOnce() -> i32) -> Child {
    // SAFETY: the child runs `body` alone, which by this module's rule doesn't allocate, and never returns from here.
    let pid = checked(unsafe { libc::fork() }).expect("fork");
    if pid == 0 {
        // A panic must not unwind into a copy of the test runner.
        let unwinding = AbortOnDrop;
        no_core_dump();
        let status = body();
        mem::forget(unwinding);
        // SAFETY: ends the process, running nothing of the parent's on the way.
        unsafe { libc::_exit(status) }
    }
    Child { pid }
}

struct AbortOnDrop;

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        std::process::abort();
    }
}

/// SIGSYS dumps core, which costs time and leaves files.
fn no_core_dump() {
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the kernel reads the struct during the call and keeps no pointer. Failing costs a core file only.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &none) };
}

/// Waits for the end of a child of this process that nobody else waits for.
fn wait(pid: libc::pid_t) -> End {
    let hung = kill_if_hung(pid);
    let mut status = 0;
    // SAFETY: the kernel writes one int during the call.
    checked(unsafe { libc::waitpid(pid, &mut status, 0) }).expect("waitpid");
    End::new(hung, ExitStatus::from_raw(status))
}

/// Returns when a child of this process has ended and can be waited for, and whether it had to be killed for that.
pub(super) fn kill_if_hung(pid: libc::pid_t) -> bool {
    let hung = !poll_end(pid);
    if hung {
        // SAFETY: `pid` is our own child, not yet waited for, so the number can't have been given to another.
        unsafe { libc::kill(pid, libc::SIGKILL) };
    }
    hung
}

/// Whether the child ended before it counts as hung.
fn poll_end(pid: libc::pid_t) -> bool {
    // SAFETY: takes two integers, gives a new descriptor.
    let fd = match checked(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) }) {
        Ok(fd) => fd,
        // Before 5.3, and gVisor.
        Err(error) if error.raw_os_error() == Some(libc::ENOSYS) => return look_for_end(pid),
        Err(error) => panic!("pidfd_open: {error}"),
    };
    let fd = libc::c_int::try_from(fd).expect("a descriptor");
    // SAFETY: the descriptor is new and nobody else's.
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    readable(&fd)
}

/// Waits until a descriptor has something to read. False where it never will, or where that takes longer than a child may.
pub(super) fn readable(fd: &OwnedFd) -> bool {
    let mut poll = libc::pollfd {
        fd: fd.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    loop {
        // SAFETY: the kernel reads and writes one pollfd during the call.
        match checked(unsafe { libc::poll(&mut poll, 1, HUNG_AFTER) }) {
            Ok(_) => return poll.revents & libc::POLLIN != 0,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => panic!("poll: {error}"),
        }
    }
}

/// The same where no descriptor tells of a process's end.
fn look_for_end(pid: libc::pid_t) -> bool {
    let id = libc::id_t::try_from(pid).expect("process ids are positive");
    let pause = Duration::from_millis(LOOK_EVERY);
    for _ in 0..u64::from(HUNG_AFTER.unsigned_abs()) / LOOK_EVERY {
        // SAFETY: all zeros is a valid siginfo, which the kernel writes to during the call; a pid of 0 means that there is no end yet.
        let ended = unsafe {
            let mut info: libc::siginfo_t = mem::zeroed();
            let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
            checked(libc::waitid(libc::P_PID, id, &mut info, options)).expect("waitid");
            info.si_pid() != 0
        };
        if ended {
            return true;
        }
        thread::sleep(pause);
    }
    false
}
