//! What the kernel can do, as far as it, or what stands before it, says.

use core::ops::BitOr;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::errno::Returned;
use crate::kernel::{self, Answer, Available};
use crate::load::Interface;
use crate::{Action, ActionSet, Call, Error, ErrorKind, Flags, own, sys};

/// Why `flags` were answered with EINVAL, where others than TSYNC are among them: `ask` is what the kernel answers to the null
/// program with each.
#[cold]
#[inline(never)]
pub(crate) fn blame(flags: Flags, ask: fn(Flags) -> Returned) -> Error {
    let call = Call::SetModeFilter;
    let answer = ask(Flags::NONE);
    match answer {
        Returned::EFAULT => {}
        Returned::EINVAL => return Error::new(ErrorKind::NoFilterMode, call, answer),
        _ => return Error::new(ErrorKind::Sandbox, call, answer),
    }
    let answer = Returned::EINVAL;
    let missing = flags.iter().filter(|&flag| ask(beside(flag)) == answer);
    let missing = missing.fold(Flags::NONE, Flags::bitor);
    if missing.is_empty() {
        // Each by itself is taken, which is true of no kernel.
        Error::new(ErrorKind::Sandbox, call, answer)
    } else {
        Error::missing_flags_of(missing, answer)
    }
}

/// A flag and what it takes to be taken.
fn beside(flag: Flags) -> Flags {
    if flag == Flags::WAIT_KILLABLE {
        flag | Flags::NEW_LISTENER
    } else {
        flag
    }
}

/// What seccomp(2) answers to `flags` and the null program. Where asking would be the end, it is EFAULT, as it should be.
pub(crate) fn null_program(flags: Flags) -> Returned {
    match own::check(own::flag_bit(flags)) {
        Ok(()) => sys::load(Interface::Seccomp, flags, None),
        Err(_) => Returned::EFAULT,
    }
}

/// The actions that not every kernel with filters has.
pub(crate) const LATER: [Action; 3] = [Action::Log, Action::KillProcess, Action::Notify];

/// The same as a set.
pub(crate) const LATER_SET: ActionSet = ActionSet::EMPTY
    .with(Action::Log)
    .with(Action::KillProcess)
    .with(Action::Notify);

/// What is looked for in the kernel's list. Every kernel lists `allow`: it tells that list from what stands in its place, such as
/// the empty file by which containers mask others.
const TO_LOOK_UP: ActionSet = LATER_SET.with(Action::Allow);

/// Asks seccomp(2) for one action.
#[inline(never)]
pub(crate) fn ask(action: Action) -> (Answer, Returned) {
    if own::kills_for(Call::GetActionAvail) {
        return (Answer::WouldKill, Returned::NOTHING);
    }
    let returned = sys::get_action_avail(action.return_value());
    (meaning(returned), returned)
}

const fn meaning(returned: Returned) -> Answer {
    match returned {
        Returned(0) => Answer::Available,
        // The kernel can be asked, and lacks it. Or it can't be asked (before 4.14, gVisor): then it has none of the later ones.
        // A filter with `log` loads there, and kills on the first hit.
        Returned::EOPNOTSUPP | Returned::EINVAL => Answer::Missing,
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

    /// What is known of one.
    pub(crate) fn of(&self, action: Action) -> Answer {
        if self.available.contains(action) {
            Answer::Available
        } else if self.unknown.contains(action) {
            Answer::CantTell
        } else {
            Answer::Missing
        }
    }

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
        if let Ok(listed) = kernel::read_set(kernel::Sysctl::ActionsAvail, TO_LOOK_UP) {
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

    /// Where the question was refused, the kernel's list may know; `listed` is what there is of [`TO_LOOK_UP`].
    fn complete(&mut self, listed: ActionSet) {
        if !listed.contains(Action::Allow) {
            return;
        }
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
    let (answer, returned) = ask(action);
    let mut available = Available::NOTHING;
    for other in Action::ALL {
        available = available.with(other, answers.of(other));
    }
    if answer == Answer::WouldKill {
        available = available.with(action, answer);
    }
    Error::missing_action_of(action, available, returned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn einval_means_that_the_later_actions_are_missing() {
        assert_eq!(meaning(Returned(0)), Answer::Available);
        assert_eq!(meaning(Returned::EINVAL), Answer::Missing);
        assert_eq!(meaning(Returned::EOPNOTSUPP), Answer::Missing);
        for odd in [Returned::ENOSYS, Returned(-1), Returned(-524), Returned(1)] {
            assert_eq!(meaning(odd), Answer::CantTell);
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
        answers.complete(kernel::listed(text, TO_LOOK_UP));
        assert!(answers.available.contains(Action::Log));
        assert!(answers.available.contains(Action::KillProcess));
        assert!(!answers.available.contains(Action::Notify));
        assert!(answers.unknown.is_empty());
    }

    #[test]
    fn the_kernel_s_list_adds_nothing_to_what_the_kernel_denies() {
        let mut answers = answers(Answer::Missing);
        answers.complete(kernel::listed(b"kill_process log allow", TO_LOOK_UP));
        assert_eq!(answers, Answers::NONE_OF_LATER);
    }

    #[test]
    fn what_is_not_the_kernel_s_list_tells_nothing() {
        for text in ["", "\n", "kill_process log", "kill_process log allo"] {
            let mut answers = answers(Answer::CantTell);
            let before = answers;
            answers.complete(kernel::listed(text.as_bytes(), TO_LOOK_UP));
            assert_eq!(answers, before, "{text:?}");
        }
    }

    const CALL: Call = Call::SetModeFilter;

    #[test]
    fn the_missing_flag_is_named() {
        let all = Flags::TSYNC | Flags::LOG | Flags::SPEC_ALLOW;
        fn answer<const MISSING: u32>(flags: Flags) -> Returned {
            if flags.bits() & MISSING == 0 {
                Returned::EFAULT
            } else {
                Returned::EINVAL
            }
        }
        type Case = (Flags, fn(Flags) -> Returned);
        let cases: [Case; 3] = [
            (Flags::TSYNC, answer::<1>),
            (Flags::LOG, answer::<2>),
            (Flags::LOG | Flags::SPEC_ALLOW, answer::<6>),
        ];
        for (missing, answer) in cases {
            let expected = Error::missing_flags_of(missing, Returned::EINVAL);
            assert_eq!(blame(all, answer), expected);
        }
    }

    #[test]
    fn einval_without_flags_is_no_filter_mode() {
        let expected = Error::new(ErrorKind::NoFilterMode, CALL, Returned::EINVAL);
        assert_eq!(blame(Flags::LOG, |_| Returned::EINVAL), expected);
        assert_eq!(blame(Flags::NONE, |_| Returned::EINVAL), expected);
    }

    #[test]
    fn odd_answers_while_looking_for_the_flag() {
        let odd = |answer| Error::new(ErrorKind::Sandbox, CALL, answer);
        let only_together = |flags: Flags| {
            if flags.iter().count() > 1 {
                Returned::EINVAL
            } else {
                Returned::EFAULT
            }
        };
        let both = Flags::LOG | Flags::TSYNC;
        assert_eq!(blame(both, only_together), odd(Returned::EINVAL));
        assert_eq!(blame(Flags::LOG, |_| Returned(-1)), odd(Returned(-1)));
        assert_eq!(blame(Flags::LOG, |_| Returned(0)), odd(Returned(0)));
    }
}
