//! A listener's way from the thread that installs to the one that answers.
//!
//! ```text
//! OPEN ──install──▶ LOADING ──▶ given: the listener, or why there is none
//!   └──taker dropped──▶ ABANDONED
//! ```
//!
//! After the load the installing thread may call nothing, so it leaves the descriptor's number in memory, and the taker looks there
//! from time to time.

use core::ffi::c_int;
use core::mem;
use core::sync::atomic::{AtomicU8, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::thread;

use super::abi::Fits;
use super::{Error, Listener};
use crate::sys::{Once, SUPPORTED, listen};

/// Where it is left.
struct Place {
    state: AtomicU8,
    given: Once<Given>,
}

const OPEN: u8 = 0;
const LOADING: u8 = 1;
const ABANDONED: u8 = 2;

/// What is left there. A descriptor is left once, and taken once.
#[derive(Clone, Copy)]
pub(super) enum Given {
    /// The new descriptor.
    Listener(c_int, Fits),
    /// The policy notifies nobody: on this kernel, as it declares, or on this arch.
    Nothing,
    /// Nothing is in force.
    Failed(Error),
}

/// Two ends: one for the thread that installs, one for a thread that answers and that **must be there before**, or the
/// filter would be on it, too.
#[must_use]
#[inline]
pub fn handover() -> (Giver, Taker) {
    let place = Arc::new(Place {
        state: AtomicU8::new(OPEN),
        given: Once::new(),
    });
    (Giver(Some(Arc::clone(&place))), Taker(Some(place)))
}

/// The end of the thread that installs, for [`NotifyPolicy::install`](crate::NotifyPolicy::install).
///
/// Dropped, it has the other end go away empty-handed.
#[derive(Debug)]
pub struct Giver(Option<Arc<Place>>);

impl Giver {
    /// Promises that something will be given, unless nobody is there to take it.
    #[inline]
    pub(super) fn begin(&self) -> Result<(), Error> {
        let place = self.0.as_ref().ok_or(Error::NothingGiven)?;
        match place.move_on(LOADING) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::NobodyTakes),
        }
    }

    /// Gives, and calls nothing for that: freeing memory could.
    #[inline]
    pub(super) fn give(mut self, given: Given) {
        if let Some(place) = self.0.take() {
            place.given.set(&given);
            // Some bytes for each install, of which a thread has one that ends here, since it has one listener.
            mem::forget(place);
        }
    }
}

impl Drop for Giver {
    #[inline]
    fn drop(&mut self) {
        if let Some(place) = self.0.take() {
            place.given.set(&Given::Failed(Error::NothingGiven));
        }
    }
}

/// The end of the thread that answers.
///
/// Dropped before the install, it has the install fail; later, it has the listener closed, and the calls that meet `notify` answer
/// ENOSYS.
#[derive(Debug)]
pub struct Taker(Option<Arc<Place>>);

impl Taker {
    /// Waits for the install, and takes the listener; `None` where nobody is notified: as the policy declares for kernels without
    /// `notify`, or because it has none for this arch.
    ///
    /// It waits as long as the other end is there, so not in the thread that holds it.
    ///
    /// # Errors
    ///
    /// Why there is no listener: what the install answered, or that there was none.
    #[inline]
    pub fn take(mut self) -> Result<Option<Listener>, Error> {
        match self.0.take() {
            // There is nothing to wait for, and no install.
            _ if !SUPPORTED => Err(Error::Install(crate::Error::UNSUPPORTED)),
            Some(place) => place.wait().into_listener(),
            None => Err(Error::NothingGiven),
        }
    }
}

impl Drop for Taker {
    #[inline]
    fn drop(&mut self) {
        if let Some(place) = self.0.take() {
            if place.move_on(ABANDONED).is_err() && SUPPORTED {
                drop(place.wait().into_listener());
            }
        }
    }
}

impl Place {
    /// From [`OPEN`] to another state.
    #[inline]
    fn move_on(&self, to: u8) -> Result<u8, u8> {
        let (success, failure) = (Ordering::AcqRel, Ordering::Acquire);
        self.state.compare_exchange(OPEN, to, success, failure)
    }

    /// Looks again and again, at first soon, for most installs are under way.
    #[inline]
    fn wait(&self) -> Given {
        const SOON: Duration = Duration::from_micros(20);
        const LATE: Duration = Duration::from_millis(10);
        let mut pause = SOON;
        loop {
            if let Some(given) = self.given.get() {
                return given;
            }
            thread::sleep(pause);
            pause = (2 * pause).min(LATE);
        }
    }
}

impl core::fmt::Debug for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Place")
    }
}

impl Given {
    #[inline]
    pub(super) fn into_listener(self) -> Result<Option<Listener>, Error> {
        match self {
            Given::Listener(fd, fits) => {
                let fd = listen::owned(fd).ok_or(Error::NothingGiven)?;
                Ok(Some(Listener::new(fd, fits)))
            }
            Given::Nothing => Ok(None),
            Given::Failed(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taker_learns_that_nothing_will_come() {
        let (giver, taker) = handover();
        let taken = thread::spawn(|| taker.take().map(drop));
        drop(giver);
        assert_eq!(taken.join().unwrap(), Err(Error::NothingGiven));
    }

    #[test]
    fn a_taker_learns_what_failed() {
        let (giver, taker) = handover();
        assert_eq!(giver.begin(), Ok(()));
        let error = Error::Install(crate::Error::UNSUPPORTED);
        giver.give(Given::Failed(error));
        assert_eq!(taker.take().map(drop), Err(error));
    }

    #[test]
    fn a_giver_learns_that_nobody_takes() {
        let (giver, taker) = handover();
        drop(taker);
        assert_eq!(giver.begin(), Err(Error::NobodyTakes));
    }

    #[test]
    fn a_replaced_notify_gives_nothing() {
        let (giver, taker) = handover();
        assert_eq!(giver.begin(), Ok(()));
        giver.give(Given::Nothing);
        assert!(taker.take().unwrap().is_none());
    }
}
