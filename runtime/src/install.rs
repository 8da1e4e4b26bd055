//! From a policy to a filter in force.
//!
//! What only some policies need is behind questions that are answered where the policy is a constant: so rustc leaves it out of the
//! programs whose policies have no use for it. That is what the `inline(always)` here is for.

use crate::errno::Returned;
use crate::load::{self, Interface};
use crate::plan::Plan;
use crate::private::Threads;
use crate::{
    Action, ActionSet, Call, Error, ErrorKind, Flags, Instruction, Logging, Policy, Status,
    logging, own, probe, status, sys,
};

/// Installs `policy`. Nothing is called after the load: the filter may kill for it.
#[inline(always)]
pub(crate) fn install(policy: &Policy) -> Result<Status, Error> {
    if !sys::SUPPORTED {
        return Err(Error::UNSUPPORTED);
    }
    if policy.actions().contains(Action::Notify) {
        return Err(Error::NEEDS_LISTENER);
    }
    let (flags, threads) = (policy.flags(), policy.settings.threads);
    own::check(policy.calls())?;
    let interface = interface(flags)?;
    let mut adapted = Adapted::as_written(policy);
    if !policy.to_ask.is_empty() {
        adapted.ask(policy)?;
    }
    let logging = before_load(policy, adapted.actions, flags)?;
    let loaded = if adapted.plan.is_empty() {
        load::load(interface, flags, policy.instructions)
    } else {
        load_rewritten(interface, flags, policy.instructions, &adapted.plan)
    };
    if policy.settings.keep_privs {
        loaded.map_err(Error::without_privileges)?;
    } else {
        loaded?;
    }
    own::remember(threads, adapted.deadly);
    let status = Status::new(adapted.actions, adapted.plan, flags, interface, logging);
    if threads == Threads::All {
        status::remember(&status);
    }
    Ok(status)
}

/// What comes last before the load, once it is known what will be loaded: the reporter, no_new_privs, and what becomes of the log.
#[inline(always)]
pub(crate) fn before_load(
    policy: &Policy,
    actions: ActionSet,
    flags: Flags,
) -> Result<Logging, Error> {
    if let Some(report) = &policy.settings.report {
        report.start(policy)?;
    }
    if !policy.settings.keep_privs {
        load::no_new_privs()?;
    }
    let logging = if policy.may_log() {
        Logging::read(actions, flags)
    } else {
        Logging::NotAsked
    };
    if policy.settings.debug && logging.loses_log() {
        logging::warn_not_logged(policy);
    }
    Ok(logging)
}

/// How to load a filter with these flags.
#[inline(always)]
pub(crate) fn interface(flags: Flags) -> Result<Interface, Error> {
    let later = flags.without(Flags::TSYNC);
    let interface = Interface::for_flags(flags);
    if later.is_empty() {
        return interface;
    }
    match interface {
        Ok(Interface::Prctl) => Err(Error::missing_flags_of(later, Returned::ENOSYS)),
        // Answered by seccomp(2) it can be a flag that is lacking.
        Err(error)
            if error.kind() == ErrorKind::NoFilterMode
                && error.call() == Some(Call::SetModeFilter) =>
        {
            Err(probe::blame(flags, probe::null_program))
        }
        other => other,
    }
}

/// A policy as this kernel can have it.
pub(crate) struct Adapted {
    pub(crate) plan: Plan,
    /// The actions that it then has.
    pub(crate) actions: ActionSet,
    /// The calls of a later install that it then kills for.
    pub(crate) deadly: u32,
}

impl Adapted {
    /// All of it.
    #[inline(always)]
    pub(crate) fn as_written(policy: &Policy) -> Adapted {
        Adapted {
            plan: Plan::NOTHING,
            actions: policy.actions(),
            deadly: policy.fate.as_written,
        }
    }

    /// Asks for the actions that not every kernel has.
    pub(crate) fn ask(&mut self, policy: &Policy) -> Result<(), Error> {
        let answers = probe::answers(policy.to_ask);
        if self.actions.difference(answers.available).is_empty() {
            return Ok(());
        }
        self.downgrade(policy)
    }

    /// Replaces the actions that the kernel lacks. What replaces them may be lacking, too, and an error names all that there is:
    /// so all actions are asked for.
    #[cold]
    #[inline(never)]
    fn downgrade(&mut self, policy: &Policy) -> Result<(), Error> {
        let answers = probe::answers(probe::LATER_SET);
        let used = policy.actions();
        self.plan = Plan::new(used, policy.settings.fallbacks, &answers)
            .map_err(|action| probe::missing(action, &answers))?;
        self.actions = self.plan.apply(used);
        self.deadly = policy.fate.deadly(used, &self.plan);
        Ok(())
    }
}

/// Loads a copy with other actions. Apart from `load`, so that only those pay for the room on the stack who need it.
#[cold]
#[inline(never)]
pub(crate) fn load_rewritten(
    interface: Interface,
    flags: Flags,
    original: &[Instruction],
    plan: &Plan,
) -> Result<(), Error> {
    plan.on_a_copy(original, |program| load::load(interface, flags, program))
}

#[cfg(test)]
mod tests {
    use crate::Action;
    use crate::private::EMPTY;

    #[test]
    fn a_policy_that_failed_to_compile_denies_everything() {
        assert_eq!(EMPTY.decide(0, [0; 6]).action(), Action::KillProcess);
        assert_eq!(EMPTY.default_action().action(), Action::KillProcess);
    }
}
