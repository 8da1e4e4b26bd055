//! What the kernel can do, as far as it, or what stands before it, says.

use core::sync::atomic::{AtomicU32, Ordering};

use crate::kernel::{self, Answer};
use crate::private::Threads;
use crate::{Action, ActionSet, Call, Errno, Error, Flags, own, sys, threads};

/// How filters are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interface {
    /// seccomp(2), from Linux 3.17.
    Seccomp,
    /// prctl(2): the calling thread alone, no flags.
    Prctl,
}

/// Which interface there is for a filter with `flags`: the null program must be answered with EFAULT.
pub(crate) fn interface(flags: Flags) -> Result<Interface, Error> {
    match null_program(flags)? {
        Errno::EFAULT => Ok(Interface::Seccomp),
        Errno::ENOSYS => prctl().map(|()| Interface::Prctl),
        Errno::EINVAL => Err(blame_flags(flags)),
        errno => Err(Error::Refused {
            call: Call::SetModeFilter,
            errno,
        }),
    }
}

/// [`interface`], and whether it can do what `flags` and `threads` want.
pub(crate) fn interface_for(flags: Flags, threads: Threads) -> Result<Interface, Error> {
    let interface = interface(flags)?;
    if interface == Interface::Prctl {
        let beyond = Flags::from_bits(flags.bits() & !Flags::TSYNC.bits());
        if !beyond.is_empty() {
            return Err(Error::MissingFlags {
                flags: beyond,
                errno: Errno::ENOSYS,
            });
        }
        if threads == Threads::All {
            threads::prove_alone()?;
        }
    }
    Ok(interface)
}

#[cold]
fn blame_flags(flags: Flags) -> Error {
    blame(flags, null_program)
}

/// What seccomp(2) answers to `flags` and the null program. No kernel lets that succeed.
#[inline(never)]
fn null_program(flags: Flags) -> Result<Errno, Error> {
    own::check_flags(flags)?;
    match sys::set_mode_filter(flags.bits(), None) {
        Ok(_) => Err(Error::Lied {
            call: Call::SetModeFilter,
        }),
        Err(errno) => Ok(errno),
    }
}

/// Why `flags` were answered with EINVAL.
fn blame(flags: Flags, ask: fn(Flags) -> Result<Errno, Error>) -> Error {
    let call = Call::SetModeFilter;
    let errno = Errno::EINVAL;
    match ask(Flags::NONE) {
        Ok(Errno::EFAULT) => {}
        Ok(Errno::EINVAL) => return Error::NoFilterMode { call, errno },
        Ok(errno) => return Error::Refused { call, errno },
        Err(error) => return error,
    }
    let mut missing = Flags::NONE;
    for flag in flags.iter() {
        match ask(flag) {
            Ok(Errno::EINVAL) => missing = missing | flag,
            Ok(_) => {}
            Err(error) => return error,
        }
    }
    if missing.is_empty() {
        // Each by itself is taken, which is true of no kernel.
        Error::Refused { call, errno }
    } else {
        Error::MissingFlags {
            flags: missing,
            errno,
        }
    }
}

#[cold]
fn prctl() -> Result<(), Error> {
    let call = Call::PrctlSetSeccomp;
    own::check(call)?;
    match sys::prctl_set_seccomp(None) {
        Err(Errno::EFAULT) => Ok(()),
        Err(errno @ Errno::EINVAL) => Err(Error::NoFilterMode { call, errno }),
        Err(errno) => Err(Error::Refused { call, errno }),
        Ok(_) => Err(Error::Lied { call }),
    }
}

/// The actions that not every kernel with filters has.
pub(crate) const LATER: [Action; 3] = [Action::Log, Action::KillProcess, Action::Notify];

/// The same as a set.
pub(crate) const LATER_SET: ActionSet = ActionSet::EMPTY
    .with(Action::Log)
    .with(Action::KillProcess)
    .with(Action::Notify);

/// Asks seccomp(2) for one action.
#[inline(never)]
pub(crate) fn ask(action: Action) -> (Answer, Option<Errno>) {
    if own::kills_for(Call::GetActionAvail) {
        return (Answer::WouldKill, None);
    }
    match sys::get_action_avail(action.return_value()) {
        Ok(0) => (Answer::Available, None),
        Ok(_) => (Answer::CantTell, None),
        Err(errno) => (read_errno(errno), Some(errno)),
    }
}

const fn read_errno(errno: Errno) -> Answer {
    match errno {
        // The kernel can be asked, and lacks it. Or it can't be asked (before 4.14, gVisor): then it has none of the later ones.
        // A filter with `log` loads there, and kills on the first hit.
        Errno::EOPNOTSUPP | Errno::EINVAL => Answer::Missing,
        _ => Answer::CantTell,
    }
}

/// What is known of the actions: available, no telling, or (in neither set) missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) available: ActionSet,
    pub(crate) unknown: ActionSet,
}

impl Answers {
    /// Where a kernel has filters it has all actions but the later ones.
    pub(crate) const NONE_OF_LATER: Answers = Answers {
        available: ActionSet::EMPTY
            .with(Action::Allow)
            .with(Action::Trace)
            .with(Action::Errno)
            .with(Action::Trap)
            .with(Action::KillThread),
        unknown: ActionSet::EMPTY,
    };

    /// Asks for each of `actions`, and remembers the answers.
    fn ask(&mut self, actions: ActionSet) {
        for action in actions.iter() {
            self.add(action, ask(action).0);
        }
        if !self.unknown.is_empty() {
            self.look_up();
        }
        // A thread that would have been killed for asking must not keep the others from it.
        if !own::kills_for(Call::GetActionAvail) {
            let bytes = [self.available, self.unknown, actions, ActionSet::EMPTY];
            let bytes = bytes.map(ActionSet::bits);
            REMEMBERED.fetch_or(u32::from_ne_bytes(bytes), Ordering::Relaxed);
        }
    }

    #[cold]
    #[inline(never)]
    fn look_up(&mut self) {
        if let Ok(listed) = kernel::read_set(kernel::Sysctl::ActionsAvail, LATER_SET) {
            self.complete(listed);
        }
    }

    fn add(&mut self, action: Action, answer: Answer) {
        match answer {
            Answer::Available => self.available = self.available.with(action),
            Answer::Missing => {}
            Answer::CantTell | Answer::WouldKill => self.unknown = self.unknown.with(action),
        }
    }

    /// Where the question was refused, the kernel's list may know.
    fn complete(&mut self, listed: ActionSet) {
        let unlisted = self.unknown.difference(listed);
        self.available = self.available.union(self.unknown.difference(unlisted));
        self.unknown = ActionSet::EMPTY;
    }
}

/// What was answered, so that a later install need not ask under a filter of ours: available, unknown, asked.
static REMEMBERED: AtomicU32 = AtomicU32::new(0);

/// What is known of the actions; `needed`, of the later ones, are asked for, once in a process.
pub(crate) fn answers(needed: ActionSet) -> Answers {
    let [available, unknown, asked, _] = REMEMBERED.load(Ordering::Relaxed).to_ne_bytes();
    let asked = ActionSet::from_bits(asked);
    let mut answers = Answers::NONE_OF_LATER;
    answers.available = answers.available.union(ActionSet::from_bits(available));
    answers.unknown = ActionSet::from_bits(unknown).difference(answers.available);
    let open = needed.difference(asked);
    if !open.is_empty() {
        answers.ask(open);
    }
    answers
}

/// That the kernel lacks `action`. It is asked once more, for what it says exactly.
#[cold]
pub(crate) fn missing(action: Action, answers: &Answers) -> Error {
    let (asked, errno) = ask(action);
    let answer = match asked {
        Answer::WouldKill => asked,
        _ if answers.unknown.contains(action) => Answer::CantTell,
        _ => Answer::Missing,
    };
    Error::MissingAction {
        action,
        answer,
        errno,
        offered: answers.available,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn einval_means_that_the_later_actions_are_missing() {
        assert_eq!(read_errno(Errno::EINVAL), Answer::Missing);
        assert_eq!(read_errno(Errno::EOPNOTSUPP), Answer::Missing);
        for errno in [
            Errno::new(1).unwrap(),
            Errno::ENOSYS,
            Errno::EACCES,
            Errno::new(524).unwrap(),
        ] {
            assert_eq!(read_errno(errno), Answer::CantTell);
        }
    }

    fn answers(answer: Answer) -> Answers {
        let mut answers = Answers::NONE_OF_LATER;
        LATER
            .into_iter()
            .for_each(|action| answers.add(action, answer));
        answers
    }

    #[test]
    fn the_later_actions_are_there_missing_or_unknown() {
        let all: ActionSet = Action::ALL.into_iter().collect();
        let later: ActionSet = LATER.into_iter().collect();
        let none = ActionSet::EMPTY;
        assert_eq!(
            answers(Answer::Available),
            Answers {
                available: all,
                unknown: none
            }
        );
        let classic = all.difference(later);
        assert_eq!(
            answers(Answer::Missing),
            Answers {
                available: classic,
                unknown: none
            }
        );
        for answer in [Answer::CantTell, Answer::WouldKill] {
            assert_eq!(
                answers(answer),
                Answers {
                    available: classic,
                    unknown: later
                }
            );
        }
    }

    #[test]
    fn the_kernel_s_list_knows_what_the_sandbox_refuses() {
        let mut answers = answers(Answer::CantTell);
        let text = b"kill_process kill_thread trap errno trace log allow\n";
        answers.complete(kernel::listed(text, LATER_SET));
        assert!(answers.available.contains(Action::Log));
        assert!(answers.available.contains(Action::KillProcess));
        assert!(!answers.available.contains(Action::Notify));
        assert!(answers.unknown.is_empty());
    }

    #[test]
    fn the_kernel_s_list_adds_nothing_to_what_the_kernel_denies() {
        let mut answers = answers(Answer::Missing);
        answers.complete(kernel::listed(b"kill_process log user_notif", LATER_SET));
        assert_eq!(answers, Answers::NONE_OF_LATER);
    }

    #[test]
    fn the_missing_flag_is_named() {
        let all = Flags::TSYNC | Flags::LOG | Flags::SPEC_ALLOW;
        const fn answer<const MISSING: u32>(flags: Flags) -> Result<Errno, Error> {
            Ok(if flags.bits() & MISSING != 0 {
                Errno::EINVAL
            } else {
                Errno::EFAULT
            })
        }
        type Case = (Flags, fn(Flags) -> Result<Errno, Error>);
        let cases: [Case; 3] = [
            (Flags::TSYNC, answer::<1>),
            (Flags::LOG, answer::<2>),
            (Flags::LOG | Flags::SPEC_ALLOW, answer::<6>),
        ];
        for (missing, answer) in cases {
            let error = blame(all, answer);
            assert_eq!(
                error,
                Error::MissingFlags {
                    flags: missing,
                    errno: Errno::EINVAL
                }
            );
        }
    }

    #[test]
    fn einval_without_flags_is_no_filter_mode() {
        let call = Call::SetModeFilter;
        let errno = Errno::EINVAL;
        assert_eq!(
            blame(Flags::LOG, |_| Ok(Errno::EINVAL)),
            Error::NoFilterMode { call, errno }
        );
        assert_eq!(
            blame(Flags::NONE, |_| Ok(Errno::EINVAL)),
            Error::NoFilterMode { call, errno }
        );
    }

    #[test]
    fn odd_answers_while_looking_for_the_flag() {
        const LIED: Error = Error::Lied {
            call: Call::SetModeFilter,
        };
        let call = Call::SetModeFilter;
        let only_together = |flags: Flags| {
            Ok(if flags.iter().count() > 1 {
                Errno::EINVAL
            } else {
                Errno::EFAULT
            })
        };
        let errno = Errno::EINVAL;
        assert_eq!(
            blame(Flags::LOG | Flags::TSYNC, only_together),
            Error::Refused { call, errno }
        );
        let errno = Errno::new(1).unwrap();
        assert_eq!(
            blame(Flags::LOG, |_| Ok(Errno::new(1).unwrap())),
            Error::Refused { call, errno }
        );
        assert_eq!(blame(Flags::LOG, |_| Err(LIED)), Error::Lied { call });
        let lies_later = |flags: Flags| {
            if flags.is_empty() {
                Ok(Errno::EFAULT)
            } else {
                Err(LIED)
            }
        };
        assert_eq!(blame(Flags::LOG, lies_later), Error::Lied { call });
    }
}
