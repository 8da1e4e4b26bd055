//! A call that waits, and its answer.

use core::ffi::c_long;
use std::io;
use std::os::fd::{AsFd, RawFd};

use super::abi::{AddFd, CONTINUE, Notif, Response, SEND, SETFD};
use super::{Listener, raw, retried};
use crate::sys::{O_CLOEXEC, errno, listen};
use crate::uapi::MAX_ERRNO;
use crate::{Errno, Policy};

/// A call that waits for its answer.
///
/// Answering takes it, so each is answered once. One that is dropped is answered with ENOSYS, as the kernel itself answers where
/// there is no listener.
#[derive(Debug)]
#[must_use = "dropping it answers ENOSYS"]
pub struct Notification<'l> {
    listener: &'l Listener,
    call: Notif,
    open: bool,
}

/// Whether an answer found its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The call ends with it.
    Answered,
    /// There was nobody to answer any more: the thread was killed, or a signal interrupted the call.
    Gone,
}

/// Where a descriptor goes in the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    at: Option<u32>,
    cloexec: bool,
}

impl Placement {
    /// At the lowest free number.
    pub const LOWEST: Placement = Placement {
        at: None,
        cloexec: false,
    };

    /// At this number, in place of what is there.
    #[must_use]
    pub const fn at(number: u32) -> Placement {
        Placement {
            at: Some(number),
            cloexec: false,
        }
    }

    /// The same, closed when the target executes another program.
    #[must_use]
    pub const fn cloexec(self, cloexec: bool) -> Placement {
        Placement { cloexec, ..self }
    }
}

impl<'l> Notification<'l> {
    #[inline]
    pub(super) fn new(listener: &'l Listener, call: Notif) -> Notification<'l> {
        Notification {
            listener,
            call,
            open: true,
        }
    }

    /// Its number among all of this listener: never given twice.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.call.id
    }

    /// The thread that waits, as this process numbers threads; 0 where it has no number here.
    ///
    /// The number may be another's by now: [`is_valid`](Notification::is_valid), asked after whatever was done with it, says whether
    /// it was this one's until then.
    #[must_use]
    pub const fn thread(&self) -> u32 {
        self.call.pid
    }

    /// The call's number in its ABI: for the target's own, one of [`nr`](crate::nr).
    #[must_use]
    pub const fn number(&self) -> c_long {
        self.call.nr as c_long // From an int to what is as wide, or wider.
    }

    /// The ABI of the call (`AUDIT_ARCH_…` of `linux/audit.h`): [`Policy::audit_arch`] unless the policy says `foreign = notify`.
    #[must_use]
    pub const fn audit_arch(&self) -> u32 {
        self.call.arch
    }

    /// Whether the call is one of `policy`'s own ABI, and has this number there.
    #[must_use]
    pub const fn is(&self, policy: &Policy, number: c_long) -> bool {
        self.call.arch == policy.audit_arch() && self.number() == number
    }

    /// Its arguments, as registers hold them: what is narrower in the kernel has other bits above it, which mean nothing.
    #[must_use]
    pub const fn args(&self) -> [u64; 6] {
        self.call.args
    }

    /// Where in the target's program it was made.
    #[must_use]
    pub const fn instruction_pointer(&self) -> u64 {
        self.call.instruction_pointer
    }

    /// Whether it still waits.
    ///
    /// # Errors
    ///
    /// As [`Listener::is_valid`].
    #[inline]
    pub fn is_valid(&self) -> io::Result<bool> {
        self.listener.is_valid(self.call.id)
    }

    /// Ends the call with a value, without making it.
    ///
    /// As in a program for the kernel, −1 to −4095 are errors to the target's libc on most arches: [`refuse`](Notification::refuse)
    /// says such a thing everywhere.
    ///
    /// # Errors
    ///
    /// What the kernel answers, unless it is that the call is gone. The call then fails with ENOSYS, if that can be said.
    #[inline]
    pub fn respond(self, value: i64) -> io::Result<Outcome> {
        self.answer(Response {
            val: value,
            ..Response::default()
        })
    }

    /// Ends the call with an errno, such as `libc::EACCES`, without making it.
    ///
    /// # Errors
    ///
    /// As [`respond`](Notification::respond), and where it isn't one of 1 to 4095.
    #[inline]
    pub fn refuse(self, errno: i32) -> io::Result<Outcome> {
        if !(1..=i32::from(MAX_ERRNO)).contains(&errno) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "an errno is between 1 and 4095",
            ));
        }
        self.answer(Response {
            error: -errno,
            ..Response::default()
        })
    }

    /// Lets the kernel make the call as if it had been allowed, from Linux 5.5.
    ///
    /// **This is no way to check arguments that point somewhere**: the kernel reads them after this answer, and another thread of the
    /// target can have changed them since you looked. Numbers in registers can't change.
    ///
    /// # Errors
    ///
    /// As [`respond`](Notification::respond); [`Unsupported`](io::ErrorKind::Unsupported) where the kernel lacks it.
    #[inline]
    pub fn let_through(self) -> io::Result<Outcome> {
        let response = Response {
            flags: CONTINUE,
            ..Response::default()
        };
        self.answer(response).map_err(|error| {
            lacking(
                error,
                errno::EINVAL,
                "letting a call through takes Linux 5.5",
            )
        })
    }

    /// Puts a copy of `fd` into the target, from Linux 5.9, and goes on waiting; the answer is its number there, `None` where the call
    /// is gone.
    ///
    /// # Errors
    ///
    /// What the kernel answers; the target's limit of descriptors is EMFILE.
    #[inline]
    pub fn add_fd(&self, fd: impl AsFd, placement: Placement) -> io::Result<Option<RawFd>> {
        let addition = self.addition(fd, placement, 0)?;
        self.added(retried(|| listen::add_fd(self.listener.as_fd(), addition)))
            .map_err(|error| lacking(error, errno::EINVAL, "giving a descriptor takes Linux 5.9"))
    }

    /// Puts a copy of `fd` into the target and ends the call with its number, in one step, from Linux 5.14: a target that is
    /// interrupted in between has no descriptor that it doesn't know of. `None` where the call is gone.
    ///
    /// # Errors
    ///
    /// What the kernel answers, the target's limit of descriptors for one, EMFILE; the call then fails with ENOSYS.
    /// [`Unsupported`](io::ErrorKind::Unsupported) where the kernel lacks it.
    #[inline]
    pub fn respond_with_fd(
        mut self,
        fd: impl AsFd,
        placement: Placement,
    ) -> io::Result<Option<RawFd>> {
        let addition = self.addition(fd, placement, SEND)?;
        // A signal that came before the target took the descriptor would leave the call answered, and with 0.
        let blocked = listen::Signals::block()?;
        let answer = listen::add_fd(self.listener.as_fd(), addition);
        blocked.set()?;
        let added = self.added(answer);
        self.open = added.is_err();
        added.map_err(|error| {
            lacking(
                error,
                errno::EINVAL,
                "answering with a descriptor takes Linux 5.14",
            )
        })
    }

    #[inline]
    fn addition(&self, fd: impl AsFd, placement: Placement, flags: u32) -> io::Result<AddFd> {
        use std::os::fd::AsRawFd;
        let number = |fd: RawFd| u32::try_from(fd).map_err(io::Error::other);
        Ok(AddFd {
            id: self.call.id,
            flags: flags | placement.at.map_or(0, |_| SETFD),
            srcfd: number(fd.as_fd().as_raw_fd())?,
            newfd: placement.at.unwrap_or(0),
            newfd_flags: if placement.cloexec {
                number(O_CLOEXEC)?
            } else {
                0
            },
        })
    }

    #[inline]
    fn added(&self, answer: Result<RawFd, Errno>) -> io::Result<Option<RawFd>> {
        match answer {
            Ok(fd) => Ok(Some(fd)),
            // ESRCH where it was killed meanwhile.
            Err(Errno::ENOENT | Errno::ESRCH) => Ok(None),
            Err(errno) => Err(raw(errno)),
        }
    }

    #[inline]
    fn answer(mut self, response: Response) -> io::Result<Outcome> {
        let outcome = self.send(response)?;
        self.open = false;
        Ok(outcome)
    }

    #[inline]
    fn send(&self, response: Response) -> io::Result<Outcome> {
        let Listener { fits, .. } = self.listener;
        let response = Response {
            id: self.call.id,
            ..response
        };
        match retried(|| listen::respond(self.listener.as_fd(), *fits, response)) {
            Ok(_) => Ok(Outcome::Answered),
            Err(Errno::ENOENT) => Ok(Outcome::Gone),
            Err(errno) => Err(raw(errno)),
        }
    }
}

impl Drop for Notification<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.open {
            let response = Response {
                error: -errno::ENOSYS,
                ..Response::default()
            };
            // Where even that can't be said, closing the listener says it.
            let _ = self.send(response);
        }
    }
}

/// What an errno means that stands for a thing the kernel lacks.
#[inline]
fn lacking(error: io::Error, errno: i32, text: &'static str) -> io::Error {
    if error.raw_os_error() == Some(errno) {
        io::Error::new(io::ErrorKind::Unsupported, text)
    } else {
        error
    }
}
