//! From a policy that notifies to a filter in force and a listener in somebody's hands.
//!
//! The steps are those of [`crate::install`], with the listener's between: whether the kernel has it, the load that answers with a
//! descriptor, and its way to whom it is for. After the load nothing is called but what the policy itself allows.

use core::ffi::{c_int, c_long};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use super::abi::Fits;
use super::handover::Given;
use super::{Error, Giver, Listener, fits};
use crate::errno::Returned;
use crate::install::{Adapted, before_load, interface};
use crate::load::{self, Interface};
use crate::private::Threads;
use crate::sys::listen::{self, Signals};
use crate::sys::{self, nr};
use crate::{Action, Errno, Flags, Logging, NotifyPolicy, Policy, Status, own, status};

impl NotifyPolicy {
    /// Puts the policy in force as [`Policy::install`] does, and hands its listener to the thread at the other end of `giver`.
    ///
    /// That thread must have been there before, and unfiltered it answers what the policy leaves to it. Nothing is called after the
    /// load, so the policy need not allow anything for this. (Where it allows `rt_sigprocmask`, signals are kept away for that moment. Where
    /// it notifies of what a handler calls, `rt_sigreturn` say, and a signal comes between the load and the next instructions, the
    /// handler would wait for a listener that nobody has yet.)
    ///
    /// To hand it on to another process, the thread [sends](Listener::send) what it took.
    ///
    /// # Errors
    ///
    /// Nothing is in force where
    /// - a policy without a listener would not be, see [`Policy::install`];
    /// - a filter in force has a listener;
    /// - the policy has `flags(tsync)`, which would put the filter on the thread that takes the listener, too;
    /// - nobody is there to take it.
    #[inline]
    pub fn install(&self, giver: Giver) -> Result<Status, Error> {
        let ready = Ready::new(self.policy()).and_then(|ready| {
            if ready.listens.is_some() && ready.flags.contains(Flags::TSYNC) {
                return Err(Error::TakerFiltered);
            }
            giver.begin()?;
            Ok(ready)
        });
        let ready = match ready {
            Ok(ready) => ready,
            Err(error) => {
                giver.give(Given::Failed(error));
                return Err(error);
            }
        };
        let quiet = ready.quiet();
        let loaded = ready.load();
        giver.give(match loaded {
            Ok((_, given)) => given,
            Err(error) => Given::Failed(error),
        });
        quiet.end();
        loaded.map(|(status, _)| status)
    }

    /// Puts the policy in force, and gives the listener to the caller: `None` where nobody is notified, because of a declared fallback, or
    /// on this arch.
    ///
    /// The calling thread is under the filter then, so it can't answer for itself: it must have something to hand the listener to, by
    /// calls that the policy allows. For all but that, [`install`](NotifyPolicy::install) is there.
    ///
    /// # Errors
    ///
    /// Nothing is in force, as with [`Policy::install`], or where a filter in force has a listener.
    #[inline]
    pub fn install_and_listen(&self) -> Result<(Status, Option<Listener>), Error> {
        let (status, given) = Ready::new(self.policy())?.load()?;
        Ok((status, given.into_listener()?))
    }

    /// Puts the policy in force, sends the listener through a Unix socket to another process (see [`Listener::recv`]), and closes it
    /// here.
    ///
    /// It takes no thread, and works with `flags(tsync)`; but it makes two calls after the load, so the policy must allow `sendmsg` to
    /// the socket and `close`. Where nobody is notified, because of a declared fallback, nothing is sent.
    ///
    /// # Errors
    ///
    /// As [`install_and_listen`](NotifyPolicy::install_and_listen), and where the policy doesn't allow these calls. **The filter is in
    /// force** in one case, [`Error::NotSent`].
    #[inline]
    pub fn install_and_send(&self, socket: impl AsFd) -> Result<Status, Error> {
        let socket = socket.as_fd();
        let ready = Ready::new(self.policy())?;
        if ready.listens.is_some() {
            ready.can_send(socket)?;
        }
        let quiet = ready.quiet();
        let sent = ready.load().and_then(|(status, given)| {
            let Some(listener) = given.into_listener()? else {
                return Ok(status);
            };
            let answer = super::retried(|| listen::send_fd(socket, listener.as_fd()));
            listen::close(listener.into());
            answer.map_err(|errno| Error::NotSent { errno })?;
            Ok(status)
        });
        quiet.end();
        sent
    }
}

/// A policy that is all but loaded.
struct Ready<'p> {
    policy: &'p Policy,
    adapted: Adapted,
    flags: Flags,
    interface: Interface,
    logging: Logging,
    /// Whether there will be a listener.
    listens: Option<Fits>,
}

impl<'p> Ready<'p> {
    #[inline]
    fn new(policy: &'p Policy) -> Result<Ready<'p>, Error> {
        if !sys::SUPPORTED {
            return Err(crate::Error::UNSUPPORTED.into());
        }
        own::check(policy.calls())?;
        let mut flags = policy.flags().without(Flags::LISTENING);
        let mut how = interface(flags)?;
        let mut adapted = Adapted::as_written(policy);
        if !policy.to_ask.is_empty() {
            adapted.ask(policy)?;
        }
        let mut listens = None;
        if adapted.actions.contains(Action::Notify) {
            flags = policy.flags();
            own::check(own::LISTENER)?;
            how = interface(flags)?;
            listens = Some(fits()?);
        }
        let logging = before_load(policy, adapted.actions, flags)?;
        Ok(Ready {
            policy,
            adapted,
            flags,
            interface: how,
            logging,
            listens,
        })
    }

    /// Loads, and remembers. It calls nothing else.
    #[inline]
    fn load(&self) -> Result<(Status, Given), Error> {
        let threads = self.policy.settings.threads;
        let Adapted {
            plan,
            actions,
            deadly,
        } = self.adapted;
        load::rehearse(self.interface, self.flags)?;
        let answer = plan.on_a_copy(self.policy.instructions, |program| {
            sys::load(self.interface, self.flags, Some(program))
        });
        let given = self.read(answer)?;
        own::remember(threads, deadly);
        let status = Status::new(actions, plan, self.flags, self.interface, self.logging);
        if threads == Threads::All {
            status::remember(&status);
        }
        Ok((status, given))
    }

    /// What the kernel means by its answer to the load.
    #[inline]
    fn read(&self, answer: Returned) -> Result<Given, Error> {
        match (self.listens, answer.result()) {
            (Some(fits), Ok(fd)) => return Ok(Given::Listener(fd, fits)),
            (Some(_), Err(Errno::EBUSY)) => return Err(Error::SecondListener),
            (Some(_), Err(Errno::ESRCH)) => return Err(Error::OtherFilters),
            _ => {}
        }
        load::read(self.interface, self.flags, answer).map_err(|error| {
            if self.policy.settings.keep_privs {
                error.without_privileges()
            } else {
                error
            }
        })?;
        Ok(Given::Nothing)
    }

    /// Whether the calls that send the listener away can be made after the load.
    #[inline]
    fn can_send(&self, socket: BorrowedFd<'_>) -> Result<(), Error> {
        let message = [socket.as_raw_fd(), own::POINTER, listen::MSG_NOSIGNAL, 0];
        let calls = [
            ("sendmsg", listen::SENDMSG, message),
            ("close", nr::CLOSE, [own::FD, 0, 0, 0]),
        ];
        for (call, nr, args) in calls {
            if !self.allows(nr, args) {
                return Err(Error::NoWayOut { call });
            }
        }
        Ok(())
    }

    /// Whether the filter, as this kernel has it, lets a call through.
    #[inline]
    fn allows(&self, nr: c_long, args: [c_int; 4]) -> bool {
        let action = own::decide(self.policy.audit_arch(), self.policy.instructions, nr, args);
        let action = self.adapted.plan.in_place_of(action);
        matches!(action, Action::Allow | Action::Log)
    }

    /// Keeps signals away until [`Quiet::end`], where the filter allows that to come to an end: a handler that runs before the
    /// listener is given would wait for it, where what it calls is notified of.
    #[inline]
    fn quiet(&self) -> Quiet {
        let hold = [
            sys::SIG_SETMASK,
            own::POINTER,
            own::POINTER,
            own::SIGNAL_SET,
        ];
        let ends = self.listens.is_some()
            && !own::kills_for_signals()
            && self.allows(nr::RT_SIGPROCMASK, hold);
        Quiet(ends.then(Signals::block).and_then(Result::ok))
    }
}

/// The signals that this thread took before.
struct Quiet(Option<Signals>);

impl Quiet {
    #[inline]
    fn end(self) {
        if let Some(signals) = self.0 {
            // What was answered before the load is answered after it.
            let _ = signals.set();
        }
    }
}
