//! Answering the calls that a policy says `notify` of.
//!
//! A [`NotifyPolicy`] hands its listener to whoever answers: to a thread that was there before, to another process, or to the caller.
//!
//! ```no_run
//! # #[cfg(all(feature = "macros", target_os = "linux"))] {
//! use seccomptime::{NotifyPolicy, listener, policy};
//!
//! static NO_NAMES: NotifyPolicy = policy!(
//!     notify(uname, sethostname),
//!     default = log,
//! );
//!
//! let (giver, taker) = listener::handover();
//! let supervisor = std::thread::spawn(move || -> std::io::Result<()> {
//!     let Some(listener) = taker.take()? else {
//!         return Ok(()); // The policy's fallback stands in place of `notify`.
//!     };
//!     while let Some(call) = listener.receive()? {
//!         eprintln!("thread {} asks for call {}", call.thread(), call.number());
//!         call.refuse(1)?; // EPERM
//!     }
//!     Ok(()) // Nobody is left under the filter.
//! });
//! let status = NO_NAMES.install(giver)?;
//! # supervisor.join().unwrap()?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What happens to whom
//!
//! - A call that meets `notify` waits. It goes on when it is [answered](Notification), or fails with ENOSYS when **the last copy of the
//!   listener is closed**: so does every later one. That is what a supervisor that dies leaves behind, and why nothing here keeps a
//!   copy. A copy that stays open somewhere (in a child that was forked meanwhile, in a supervisor that is stuck) leaves the calls
//!   waiting instead.
//! - A [`Notification`] that is dropped unanswered, by a panic say, is answered with ENOSYS.
//! - A call that waits is interrupted by signals: if its thread handles one, the call is over (the answer finds nobody, see
//!   [`Outcome::Gone`]), and is made, and notified of, again, or fails with EINTR. With `flags(wait_killable)` a call that was received
//!   already is interrupted by fatal signals alone.
//! - What a call points to can be [read](Notification::read), but other threads of the target can change it at any time. So **never
//!   [let a call through](Notification::let_through) because of what its pointers point to**: the kernel would read that again. Read
//!   once, do the thing yourself, and answer with what came out of it.
//! - The listener answers for threads, processes and programs that are started under the filter, too.
//!
//! # Who may answer
//!
//! Another process is the better place. A thread of the same process shares its memory and its descriptors with what it
//! supervises: code that is taken over can close the listener, answer for itself if `ioctl` is allowed, and change what the supervisor
//! thinks. And a supervisor must not wait for what a waiting call holds: where `mmap`, `brk` or `futex` are notified of, the target may
//! wait with the allocator's lock held.

// All of it is `inline`, so that it is compiled where it is used: a program without a listener has nothing of it, not even tables for
// unwinding.
pub(crate) mod abi;
mod error;
mod handover;
mod install;
mod memory;
mod notification;

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

pub use error::Error;
pub use handover::{Giver, Taker, handover};
pub use notification::{Notification, Outcome, Placement};

use crate::Errno;
use crate::sys::listen;
use abi::Fits;

#[cfg(doc)]
use crate::NotifyPolicy;

/// The descriptor that tells of calls and takes their answers.
///
/// It can be polled: it is readable where there is a call to [receive](Listener::receive), and hangs up when nobody is left under the
/// filter (from Linux 5.11). It can't be cloned, so that closing it is closing the last copy.
#[derive(Debug)]
pub struct Listener {
    fd: OwnedFd,
    fits: Fits,
}

impl Listener {
    #[inline]
    pub(crate) fn new(fd: OwnedFd, fits: Fits) -> Listener {
        Listener { fd, fits }
    }

    /// Waits for a call, and receives it; `None` where nobody is left who could make one.
    ///
    /// Signals don't end the wait. Before Linux 5.11 the kernel doesn't tell that nobody is left, and it goes on. Before 6.11 a process
    /// that has ended is left until its parent has waited for it: who answers for a child of its own waits for it in another thread.
    ///
    /// # Errors
    ///
    /// What poll(2) or the kernel's listener answer that isn't meant to be tried again.
    #[inline]
    pub fn receive(&self) -> io::Result<Option<Notification<'_>>> {
        loop {
            let polled = match listen::poll(self.as_fd(), true) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                polled => polled?,
            };
            if polled.readable {
                if let Some(notification) = self.receive_what_is_there()? {
                    return Ok(Some(notification));
                }
            } else if polled.hung_up {
                return Ok(None);
            }
        }
    }

    /// Receives a call if one is there, and doesn't wait; for who polls.
    ///
    /// (Where several threads receive from one listener, it may wait after all: another can be faster.)
    ///
    /// # Errors
    ///
    /// As [`receive`](Listener::receive).
    #[inline]
    pub fn try_receive(&self) -> io::Result<Option<Notification<'_>>> {
        match listen::poll(self.as_fd(), false)?.readable {
            true => self.receive_what_is_there(),
            false => Ok(None),
        }
    }

    /// Receives, unless what was there is gone.
    #[inline]
    fn receive_what_is_there(&self) -> io::Result<Option<Notification<'_>>> {
        match listen::receive(self.as_fd(), self.fits) {
            Ok(notif) => Ok(Some(Notification::new(self, notif))),
            // Its thread died or was interrupted before we came; or we were, before anything was received.
            Err(Errno::ENOENT | Errno::EINTR) => Ok(None),
            Err(errno) => Err(raw(errno)),
        }
    }

    /// Whether the call of this id (a [`Notification::id`]) still waits for its answer.
    ///
    /// # Errors
    ///
    /// What the kernel answers to this question where it isn't yes or no.
    #[inline]
    pub fn is_valid(&self, id: u64) -> io::Result<bool> {
        match retried(|| listen::id_valid(self.as_fd(), id)) {
            Ok(_) => Ok(true),
            Err(Errno::ENOENT) => Ok(false),
            Err(errno) => Err(raw(errno)),
        }
    }

    /// Has the kernel run asker and answerer on one processor, which makes answers that come at once faster; `false` where it can't
    /// (before Linux 6.6).
    ///
    /// # Errors
    ///
    /// What the kernel answers otherwise.
    #[inline]
    pub fn wake_on_one_processor(&self) -> io::Result<bool> {
        match listen::set_flags(self.as_fd(), abi::SYNC_WAKE_UP) {
            Ok(_) => Ok(true),
            Err(Errno::EINVAL) => Ok(false),
            Err(errno) => Err(raw(errno)),
        }
    }

    /// Sends it to another process, through a Unix socket, and keeps no copy, whether or not that works.
    ///
    /// Calls that were received and not answered yet aren't told of again: answer them first.
    ///
    /// # Errors
    ///
    /// What sendmsg(2) answers.
    #[inline]
    pub fn send(self, socket: impl AsFd) -> io::Result<()> {
        retried(|| listen::send_fd(socket.as_fd(), self.as_fd()))
            .map(drop)
            .map_err(raw)
    }

    /// Receives one that another process sent.
    ///
    /// # Errors
    ///
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) where the other end is closed and sent none (its install failed, say);
    /// otherwise as recvmsg(2) and [`Listener::try_from`].
    #[inline]
    pub fn recv(socket: impl AsFd) -> io::Result<Listener> {
        match retried(|| listen::receive_fd(socket.as_fd())) {
            Ok(Some(fd)) => Listener::try_from(fd),
            Ok(None) => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the socket was closed, and no listener came through it",
            )),
            Err(errno) => Err(raw(errno)),
        }
    }
}

impl AsFd for Listener {
    #[inline]
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl From<Listener> for OwnedFd {
    #[inline]
    fn from(listener: Listener) -> OwnedFd {
        listener.fd
    }
}

/// A descriptor that came by another way: inherited, or out of another process.
///
/// It is an error where it isn't a listener, or where the kernel's structs have outgrown this crate's room for them.
impl TryFrom<OwnedFd> for Listener {
    type Error = io::Error;

    #[inline]
    fn try_from(fd: OwnedFd) -> io::Result<Listener> {
        let listener = Listener::new(fd, fits()?);
        // No call has this id, but anything that isn't a listener has another answer.
        listener.is_valid(0)?;
        Ok(listener)
    }
}

/// Knows whether the kernel's structs fit.
#[inline]
pub(crate) fn fits() -> Result<Fits, Error> {
    let sizes = listen::sizes().map_err(|errno| Error::Sizes { errno })?;
    sizes.fit().ok_or(Error::Sizes {
        errno: Errno::EINVAL,
    })
}

/// Std's error of an errno.
#[inline]
fn raw(errno: Errno) -> io::Error {
    io::Error::from_raw_os_error(errno.raw())
}

/// Calls again where a signal came between.
#[inline]
fn retried<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            answer => return answer,
        }
    }
}
