//! A filter on a child alone, between fork and exec: what can be asked is asked before the fork, what is left for the child is
//! prctl and seccomp.

use core::cell::Cell;
use std::io;

use crate::errno::Returned;
use crate::install::{self, Adapted};
use crate::load::{self, Interface};
use crate::plan::Plan;
use crate::private::Threads;
use crate::{
    Action, Call, Decision, Errno, Error, ErrorKind, Logging, Policy, Status, logging, own, sys,
};

/// A policy as a child is to have it.
#[derive(Clone, Copy)]
pub(crate) struct Prepared {
    policy: Policy,
    interface: Interface,
    plan: Plan,
    deadly: u32,
    status: Status,
}

/// Stands for any pointer: a policy can tell null from the rest, no more.
const POINTER: u64 = 0x1000;

impl Prepared {
    /// Finds out all that can be known before the fork.
    pub(crate) fn new(policy: &Policy) -> Result<Prepared, Error> {
        if !sys::SUPPORTED {
            return Err(Error::UNSUPPORTED);
        }
        if policy.actions().contains(Action::Notify) {
            return Err(Error::NEEDS_LISTENER);
        }
        let mut policy = *policy;
        // A child that was just forked has one thread, on any kernel.
        policy.settings.threads = Threads::Calling;
        let flags = policy.flags();
        own::check(policy.calls())?;
        let interface = install::interface(flags)?;
        let mut adapted = Adapted::as_written(&policy);
        adapted.ask(&policy)?;
        let execve = policy.decide(sys::nr::EXECVE, [POINTER, POINTER, POINTER, 0, 0, 0]);
        let action = adapted.plan.in_place_of(execve.action());
        if Decision::from_return_value(action.return_value()).is_denied() {
            return Err(Error::denies_exec(action));
        }
        let logging = Logging::read(adapted.actions, flags);
        if policy.settings.debug && logging.loses_log() {
            logging::warn_not_logged(&policy);
        }
        Ok(Prepared {
            policy,
            interface,
            plan: adapted.plan,
            deadly: adapted.deadly,
            status: Status::new(adapted.actions, adapted.plan, flags, interface, logging),
        })
    }

    pub(crate) fn status(&self) -> Status {
        self.status
    }

    /// Puts the filter in force in the child. It allocates nothing, takes no lock, opens no file.
    ///
    /// What was prepared may be long ago: whether a filter that came since would kill for a call is looked up again.
    fn load(&self) -> Result<(), Error> {
        let Prepared {
            policy, interface, ..
        } = self;
        own::check(policy.calls())?;
        if *interface == Interface::Prctl {
            own::check(own::bit(Call::PrctlSetSeccomp))?;
        }
        let keeps = policy.settings.keep_privs;
        if !keeps {
            load::no_new_privs()?;
        }
        let (flags, program) = (policy.flags(), policy.instructions);
        let loaded = if self.plan.is_empty() {
            load::load(*interface, flags, program)
        } else {
            install::load_rewritten(*interface, flags, program, &self.plan)
        };
        loaded.map_err(|error| {
            if keeps {
                error.without_privileges()
            } else {
                error
            }
        })?;
        // For the filters that follow in this child, and for an exec that fails in a process that goes on.
        own::remember(Threads::Calling, self.deadly);
        Ok(())
    }
}

/// What is done in the child, with the answer that std takes: of an error it hands the parent a number alone.
pub(crate) fn load(prepared: &Result<Prepared, Error>) -> io::Result<()> {
    let loaded = match prepared {
        Ok(prepared) => prepared.load(),
        Err(error) => Err(*error),
    };
    loaded.map_err(|error| io::Error::from_raw_os_error(number(&error)))
}

std::thread_local! {
    // Const and without a destructor: no allocation, no registration with the threads library. A forked child has its parent's.
    static UNDERSTOOD: Cell<bool> = const { Cell::new(false) };
}

/// Runs `start`, which starts children, and gives its error our words where it is ours.
pub(crate) fn understanding<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let before = UNDERSTOOD.replace(true);
    let started = start();
    UNDERSTOOD.set(before);
    started.map_err(|error| {
        let ours = error.raw_os_error().and_then(read);
        ours.map_or(error, io::Error::from)
    })
}

/// The number that stands for an error: where nobody understands more, an errno.
fn number(error: &Error) -> i32 {
    let packed = match UNDERSTOOD.get() {
        true => pack(error),
        false => None,
    };
    packed.unwrap_or(error.errno().map_or(sys::errno::EPERM, Errno::raw))
}

/// Above all errnos.
const OURS: i32 = 1 << 30;
const KIND_SHIFT: u32 = 24;
const CALL_SHIFT: u32 = 16;
const BYTE: i32 = 0xff;
const ANSWER: i32 = 0xffff;

/// What can go wrong in a child, by number.
const KINDS: [ErrorKind; 4] = [
    ErrorKind::Sandbox,
    ErrorKind::NoRoom,
    ErrorKind::NoPrivileges,
    ErrorKind::WouldKill,
];

/// An error in one number; none where it says more than fits, which no child's does.
fn pack(error: &Error) -> Option<i32> {
    let index = |place: Option<usize>| i32::try_from(place?).ok();
    let kind = index(KINDS.iter().position(|&kind| kind == error.kind()))?;
    let call = index(
        Call::ALL
            .iter()
            .position(|&call| Some(call) == error.call()),
    )?;
    // What is no errno is a success that it can't be.
    let answer = error.errno().map_or(0, Errno::raw);
    let number = OURS | kind << KIND_SHIFT | call << CALL_SHIFT | answer;
    (read(number).as_ref() == Some(error)).then_some(number)
}

/// The error in a number.
fn read(number: i32) -> Option<Error> {
    let kind = usize::try_from((number >> KIND_SHIFT) & ((OURS >> KIND_SHIFT) - 1)).ok()?;
    let call = usize::try_from(number >> CALL_SHIFT & BYTE).ok()?;
    let (kind, call) = (*KINDS.get(kind)?, *Call::ALL.get(call)?);
    let error = match kind {
        ErrorKind::WouldKill => Error::would_kill(call),
        kind => Error::new(kind, call, Returned(-(number & ANSWER))),
    };
    (number & OURS != 0).then_some(error)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::private::EMPTY;
    use crate::{Action, Flags};

    /// All that can go wrong in a child, with these answers.
    fn all() -> Vec<Error> {
        let answers = [sys::errno::EACCES, 524, 4095, 0];
        let mut all = Vec::new();
        for call in Call::ALL {
            all.push(Error::would_kill(call));
            for kind in [
                ErrorKind::Sandbox,
                ErrorKind::NoRoom,
                ErrorKind::NoPrivileges,
            ] {
                let errors = answers.map(|answer| Error::new(kind, call, Returned(-answer)));
                all.extend(errors);
            }
        }
        all
    }

    #[test]
    fn a_number_stands_for_one_error() {
        let all = all();
        for error in &all {
            let number = pack(error).unwrap();
            assert!(number > 4095);
            assert_eq!(read(number), Some(*error), "{number:#x}");
        }
        let mut numbers: Vec<_> = all.iter().map(pack).collect();
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), all.len());
    }

    #[test]
    fn errnos_are_no_error_of_ours() {
        for errno in 1..5000 {
            assert_eq!(read(errno), None);
        }
        let unknown_kind = OURS | 4 << KIND_SHIFT;
        let unknown_call = OURS | 0xf0 << CALL_SHIFT;
        for number in [unknown_kind, unknown_call, -1, 0, 512] {
            assert_eq!(read(number), None, "{number:#x}");
        }
        let flags = Error::missing_flags_of(Flags::LOG, Returned::EINVAL);
        let odd = Error::new(ErrorKind::Sandbox, Call::SetModeFilter, Returned(7));
        for error in [Error::UNSUPPORTED, flags, odd] {
            assert_eq!(pack(&error), None, "{error}");
        }
    }

    #[test]
    fn std_hears_an_errno_and_we_the_error() {
        let error = Error::new(ErrorKind::NoRoom, Call::SetModeFilter, Returned::ENOMEM);
        let denied = Error::denies_exec(Action::Errno);
        let heard = |error| load(&Err(error)).unwrap_err().raw_os_error();
        assert_eq!(heard(error), Some(sys::errno::ENOMEM));
        assert_eq!(heard(denied), Some(sys::errno::EPERM));
        let inside = |error| {
            let heard = understanding(|| load(&Err(error))).unwrap_err();
            let inner = heard.get_ref().and_then(|inner| inner.downcast_ref());
            inner.copied()
        };
        assert_eq!(inside(error), Some(error));
        assert_eq!(inside(denied), None::<Error>);
        assert_eq!(heard(error), Some(sys::errno::ENOMEM));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_denies_execve_is_not_prepared() {
        let prepared = Prepared::new(&EMPTY).map(|it| it.status());
        assert_eq!(prepared, Err(Error::denies_exec(Action::KillProcess)));
    }
}
