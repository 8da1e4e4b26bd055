//! A supervisor above a program: it reads what the program asks for, and answers what no outer filter can.

use super::bpf::Program;
use super::harness::Skip;
use super::program::{self, Ran};
use super::{checked, fork};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::process::Command;
use std::thread;

/// What a supervisor answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The kernel goes on with the call.
    GoOn,
    /// The call isn't made, and gives this.
    Gives(i64),
    /// The call isn't made, and fails with this errno.
    Fails(i32),
}

/// A call that waits for its answer.
pub struct Asked {
    /// Its arguments.
    pub args: [u64; 6],
    pid: libc::pid_t,
}

impl Asked {
    /// Reads from an address of the program's; None where nothing is mapped.
    pub fn read<const SIZE: usize>(&self, address: u64) -> Option<[u8; SIZE]> {
        let mut bytes = [0; SIZE];
        let read = self.memory().read_exact_at(&mut bytes, address);
        read.is_ok().then_some(bytes)
    }

    /// Writes over the program's memory, be it read-only to the program.
    pub fn write(&self, address: u64, bytes: &[u8]) {
        let written = self.memory().write_all_at(bytes, address);
        written.expect("a kernel that lets a parent write");
    }

    fn memory(&self) -> File {
        let path = format!("/proc/{}/mem", self.pid);
        let memory = File::options().read(true).write(true).open(path);
        memory.expect("a child of this process")
    }
}

/// Whether the kernel lets memory be written that is read-only to its program, as [`Asked::write`] does: since Linux 6.12 it can be
/// configured, and booted, not to.
pub fn can_write() -> Result<(), Skip> {
    static READ_ONLY: [u8; 1] = *b"x";
    let memory = File::options().write(true).open("/proc/self/mem");
    let address = READ_ONLY.as_ptr().expose_provenance();
    let address = u64::try_from(address).expect("an address is 64 bits at most");
    match memory.and_then(|memory| memory.write_all_at(&READ_ONLY, address)) {
        Ok(()) => Ok(()),
        Err(error) => Err(Skip::because(format!(
            "this kernel doesn't let read-only memory be written: {error}; it takes proc_mem.force_override=always"
        ))),
    }
}

/// Runs a command to its end under a filter that asks `supervisor` wherever it answers [`NOTIFY`](super::bpf::NOTIFY).
pub fn run(command: Command, outer: &Program, supervisor: impl Fn(&Asked) -> Answer + Sync) -> Ran {
    thread::scope(|scope| {
        let (sender, listener) = std::sync::mpsc::channel();
        // The filter is for good, so it is on a thread that ends with the run; what that spawns inherits it.
        let ran = scope.spawn(move || {
            sender
                .send(outer.install_listening().expect("a kernel since 5.0"))
                .expect("the supervisor waits for it");
            program::run(command)
        });
        serve(&listener.recv().expect("the thread sends it"), &supervisor);
        ran.join().expect("a run doesn't panic")
    })
}

/// Answers until nobody is left to ask.
fn serve(listener: &OwnedFd, supervisor: &impl Fn(&Asked) -> Answer) {
    while fork::readable(listener) {
        let Some(notification) = receive(listener) else {
            continue;
        };
        let answer = supervisor(&Asked {
            args: notification.data.args,
            pid: libc::pid_t::try_from(notification.pid).expect("process ids are small"),
        });
        send(listener, notification.id, answer);
    }
}

/// None where the call was interrupted meanwhile, or the process killed.
fn receive(listener: &OwnedFd) -> Option<libc::seccomp_notif> {
    // SAFETY: a struct of integers, for which zeros are valid; the kernel wants zeros.
    let mut notification: libc::seccomp_notif = unsafe { std::mem::zeroed() };
    let request = libc::SECCOMP_IOCTL_NOTIF_RECV;
    // SAFETY: the kernel writes the struct during the call and keeps no pointer.
    let received =
        checked(unsafe { libc::ioctl(listener.as_raw_fd(), request, &mut notification) });
    still_there(received).then_some(notification)
}

fn send(listener: &OwnedFd, id: u64, answer: Answer) {
    let (flags, val, error) = match answer {
        Answer::GoOn => (GO_ON, 0, 0),
        Answer::Gives(value) => (0, value, 0),
        Answer::Fails(errno) => (0, 0, -errno),
    };
    let mut response = libc::seccomp_notif_resp {
        id,
        val,
        error,
        flags,
    };
    let request = libc::SECCOMP_IOCTL_NOTIF_SEND;
    // SAFETY: the kernel reads the struct during the call and keeps no pointer.
    let sent = checked(unsafe { libc::ioctl(listener.as_raw_fd(), request, &mut response) });
    still_there(sent);
}

/// `SECCOMP_USER_NOTIF_FLAG_CONTINUE` (linux/seccomp.h), as wide as its field.
const GO_ON: u32 = 1;

/// Whether who asked is still there.
fn still_there(done: io::Result<libc::c_int>) -> bool {
    match done {
        Ok(_) => true,
        Err(error) => match error.raw_os_error() {
            Some(libc::ENOENT | libc::EINTR) => false,
            _ => panic!("a listener: {error}"),
        },
    }
}
