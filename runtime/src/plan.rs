//! Which actions are replaced on this kernel: as declared, and no other way.

use core::fmt;

use crate::kernel::Answer;
use crate::probe::Answers;
use crate::uapi::{BPF_MAXINSNS, BPF_RET_K, SECCOMP_RET_ACTION_FULL, SECCOMP_RET_KILL_THREAD};
use crate::{Action, ActionSet, Decision, Instruction};

/// An action that the kernel lacks, and what stands in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downgrade {
    /// What the policy says.
    pub from: Action,
    /// What the kernel does instead.
    pub to: Decision,
    /// Why: [`Answer::Missing`], or [`Answer::CantTell`].
    pub reason: Answer,
}

impl fmt::Display for Downgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} instead of {} ({})", self.to, self.from, self.reason)
    }
}

/// What is replaced, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    lacking: ActionSet,
    unknown: ActionSet,
    /// By action, return values.
    to: [u32; Action::ALL.len()],
}

impl Plan {
    /// Nothing is replaced.
    pub(crate) const NOTHING: Plan = Plan {
        lacking: ActionSet::EMPTY,
        unknown: ActionSet::EMPTY,
        to: [0; Action::ALL.len()],
    };

    /// Decides for each action of `used`; the error is the first one that neither the kernel has nor the policy replaces.
    pub(crate) fn new(
        used: ActionSet,
        fallbacks: &[(u32, u32)],
        answers: &Answers,
    ) -> Result<Plan, Action> {
        let mut plan = Plan {
            lacking: used.difference(answers.available),
            unknown: answers.unknown,
            ..Plan::NOTHING
        };
        for from in plan.lacking.iter() {
            let to = replacement(from, fallbacks, answers.available, ActionSet::EMPTY);
            plan.to[from as usize] = to.ok_or(from)?;
        }
        Ok(plan)
    }

    /// What is replaced.
    pub(crate) fn downgrades(&self) -> impl Iterator<Item = Downgrade> {
        self.lacking.iter().map(|from| {
            let unknown = self.unknown.contains(from);
            Downgrade {
                from,
                to: Decision::from_return_value(self.to[from as usize]),
                reason: if unknown {
                    Answer::CantTell
                } else {
                    Answer::Missing
                },
            }
        })
    }

    /// What stands for `action`.
    pub(crate) fn in_place_of(&self, action: Action) -> Action {
        if self.lacking.contains(action) {
            Action::from_return_value(self.to[action as usize])
        } else {
            action
        }
    }

    /// The actions that are left of `used`.
    pub(crate) fn apply(&self, used: ActionSet) -> ActionSet {
        let in_place = used.iter().map(|action| self.in_place_of(action));
        in_place.collect()
    }

    /// Whether nothing is replaced.
    pub(crate) fn is_empty(&self) -> bool {
        self.lacking.is_empty()
    }

    /// Calls `load` with a copy of `program` that returns what this says; the original is never written to.
    #[inline]
    pub(crate) fn on_a_copy<R>(
        &self,
        program: &[Instruction],
        load: impl FnOnce(&[Instruction]) -> R,
    ) -> R {
        if self.is_empty() {
            return load(program);
        }
        let nothing = Instruction {
            code: 0,
            jt: 0,
            jf: 0,
            k: 0,
        };
        // On the stack: to free memory may take a call, which may be too late after the load.
        let mut room = [nothing; BPF_MAXINSNS];
        let Some(copy) = room.get_mut(..program.len()) else {
            // The kernel says so.
            return load(program);
        };
        copy.copy_from_slice(program);
        self.rewrite(copy);
        load(copy)
    }

    /// Changes what `program` returns. What is put in is never replaced again: the kernel has it, or it is `kill_thread`.
    pub(crate) fn rewrite(&self, program: &mut [Instruction]) {
        for Instruction { code, k, .. } in program {
            if *code == BPF_RET_K {
                *k = self.rewritten(*k);
            }
        }
    }

    #[inline(never)]
    fn rewritten(&self, value: u32) -> u32 {
        let from = Action::from_return_value(value);
        let to = self.to[from as usize];
        let is_it = value & SECCOMP_RET_ACTION_FULL == from.return_value();
        if is_it && self.lacking.contains(from) && !self.leaves(from, to) {
            to
        } else {
            value
        }
    }

    /// Where nobody says whether the kernel has `kill_process`, the program keeps it: a kernel that lacks it kills the thread by
    /// itself, and one that has it should use it.
    fn leaves(&self, from: Action, to: u32) -> bool {
        let by_itself = from == Action::KillProcess && to == SECCOMP_RET_KILL_THREAD;
        by_itself && self.unknown.contains(from)
    }
}

/// The first declared replacement of `action` that the kernel has, or that has such a replacement itself. `seen` are those
/// being replaced already: what is declared may go in circles.
fn replacement(
    action: Action,
    fallbacks: &[(u32, u32)],
    available: ActionSet,
    seen: ActionSet,
) -> Option<u32> {
    let seen = seen.with(action);
    for &(from, to) in fallbacks {
        let next = Action::from_return_value(to);
        if Action::from_return_value(from) != action || seen.contains(next) {
            continue;
        }
        if available.contains(next) {
            return Some(to);
        }
        if let Some(to) = replacement(next, fallbacks, available, seen) {
            return Some(to);
        }
    }
    // Built in, since old kernels do it by themselves.
    (action == Action::KillProcess).then_some(SECCOMP_RET_KILL_THREAD)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::probe::LATER;

    const LOG: u32 = Action::Log.return_value();
    const NOTIFY: u32 = Action::Notify.return_value();
    const KILL_PROCESS: u32 = Action::KillProcess.return_value();
    const ALLOW: u32 = Action::Allow.return_value();
    const EPERM: u32 = Action::Errno.return_value() | 1;

    fn lacks(missing: &[Action], reason: Answer) -> Answers {
        let missing = used(missing);
        let available = used(&Action::ALL).difference(missing);
        let unknown = if reason == Answer::Missing {
            ActionSet::EMPTY
        } else {
            missing
        };
        Answers { available, unknown }
    }

    fn used(actions: &[Action]) -> ActionSet {
        actions.iter().copied().collect()
    }

    fn plan(actions: &[Action], fallbacks: &[(u32, u32)], answers: &Answers) -> Vec<(Action, u32)> {
        let plan = Plan::new(used(actions), fallbacks, answers).unwrap();
        plan.downgrades()
            .map(|it| (it.from, it.to.return_value()))
            .collect()
    }

    #[test]
    fn nothing_is_replaced_where_the_kernel_has_it_all() {
        let answers = lacks(&[], Answer::Missing);
        assert_eq!(plan(&Action::ALL, &[(LOG, EPERM)], &answers), []);
    }

    #[test]
    fn an_action_not_used_does_not_matter() {
        let answers = lacks(&LATER, Answer::Missing);
        assert_eq!(
            plan(&[Action::Allow, Action::Errno, Action::Trap], &[], &answers),
            []
        );
    }

    #[test]
    fn the_first_that_the_kernel_has() {
        let fallbacks = [(LOG, NOTIFY), (LOG, EPERM), (LOG, ALLOW)];
        let log = [Action::Log];
        let answers = lacks(&[Action::Log], Answer::Missing);
        assert_eq!(plan(&log, &fallbacks, &answers), [(Action::Log, NOTIFY)]);
        let answers = lacks(&[Action::Log, Action::Notify], Answer::Missing);
        assert_eq!(plan(&log, &fallbacks, &answers), [(Action::Log, EPERM)]);
    }

    #[test]
    fn a_replacement_that_is_missing_is_replaced_as_declared() {
        let answers = lacks(&LATER, Answer::CantTell);
        let fallbacks = [(LOG, KILL_PROCESS), (KILL_PROCESS, EPERM)];
        assert_eq!(
            plan(&[Action::Log], &fallbacks, &answers),
            [(Action::Log, EPERM)]
        );
        let fallbacks = [(LOG, KILL_PROCESS)];
        assert_eq!(
            plan(&[Action::Log], &fallbacks, &answers),
            [(Action::Log, 0)]
        );
        let circle = [(LOG, NOTIFY), (NOTIFY, LOG), (NOTIFY, EPERM)];
        assert_eq!(
            plan(&[Action::Log], &circle, &answers),
            [(Action::Log, EPERM)]
        );
    }

    #[test]
    fn kill_process_falls_back_to_kill_thread_by_itself() {
        for reason in [Answer::Missing, Answer::CantTell] {
            let answers = lacks(&[Action::KillProcess], reason);
            assert_eq!(
                plan(&[Action::KillProcess], &[], &answers),
                [(Action::KillProcess, 0)]
            );
        }
    }

    #[test]
    fn nothing_declared_is_an_error_that_names_the_action() {
        for reason in [Answer::Missing, Answer::CantTell] {
            let answers = lacks(&LATER, reason);
            let circle = [(LOG, NOTIFY), (NOTIFY, LOG)];
            for fallbacks in [&circle[..], &[]] {
                let plan = Plan::new(used(&[Action::Log]), fallbacks, &answers);
                assert_eq!(plan, Err(Action::Log));
            }
        }
    }

    #[test]
    fn only_what_is_returned_is_rewritten() {
        let ret = |k| Instruction {
            code: BPF_RET_K,
            jt: 0,
            jf: 0,
            k,
        };
        let load = Instruction {
            code: crate::uapi::BPF_LD_W_ABS,
            jt: 0,
            jf: 0,
            k: LOG,
        };
        let mut program = [load, ret(LOG), ret(KILL_PROCESS), ret(ALLOW)];
        let answers = lacks(&[Action::Log, Action::KillProcess], Answer::Missing);
        let all = used(&[Action::Log, Action::KillProcess, Action::Allow]);
        let plan = Plan::new(all, &[(LOG, EPERM)], &answers).unwrap();
        plan.rewrite(&mut program);
        assert_eq!(program, [load, ret(EPERM), ret(0), ret(ALLOW)]);
        assert_eq!(
            plan.apply(all),
            used(&[Action::Errno, Action::KillThread, Action::Allow])
        );
    }

    #[test]
    fn kill_process_stays_where_nobody_says() {
        let ret = |k| Instruction {
            code: BPF_RET_K,
            jt: 0,
            jf: 0,
            k,
        };
        let answers = lacks(&LATER, Answer::CantTell);
        let mut program = [ret(KILL_PROCESS)];
        let plan = Plan::new(used(&[Action::KillProcess]), &[], &answers).unwrap();
        plan.rewrite(&mut program);
        assert_eq!(program, [ret(KILL_PROCESS)]);
        let downgrade = plan.downgrades().next().unwrap();
        assert_eq!(
            std::format!("{downgrade}"),
            "kill_thread instead of kill_process (no telling)"
        );
        let declared = [(KILL_PROCESS, EPERM)];
        let plan = Plan::new(used(&[Action::KillProcess]), &declared, &answers).unwrap();
        plan.rewrite(&mut program);
        assert_eq!(program, [ret(EPERM)]);
    }
}
