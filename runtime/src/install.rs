//! From a policy to a filter in force.

use crate::plan::Plan;
use crate::private::{Settings, Threads};
use crate::probe::Interface;
use crate::uapi::BPF_MAXINSNS;
use crate::{
    ActionSet, Call, Errno, Error, Instruction, Logging, Policy, Status, kernel, line, own, probe,
    status, sys,
};

/// Installs `policy`. Nothing is called after the load: the filter may kill for it.
pub(crate) fn install(policy: &Policy) -> Result<Status, Error> {
    if !sys::SUPPORTED {
        return Err(Error::Unsupported);
    }
    let Settings {
        threads,
        keep_privs,
        debug,
        report,
        ..
    } = policy.settings;
    let (flags, used) = (policy.flags(), policy.actions());

    let interface = probe::interface_for(flags, threads)?;
    let mut prepared = Prepared {
        plan: Plan::NOTHING,
        actions: used,
        deadly: policy.fate.as_written,
    };
    let answers = probe::answers(policy.to_ask);
    if !used.difference(answers.available).is_empty() {
        prepared.downgrade(policy)?;
    }
    if let Some(report) = &report {
        report.start(policy)?;
    }
    if !keep_privs {
        no_new_privs()?;
    }
    let read_logged = |actions| kernel::read_set(kernel::Sysctl::ActionsLogged, actions);
    let logging = Logging::new(prepared.actions, flags, read_logged);
    if debug && logging.loses_log() {
        line::warn_not_logged(policy);
    }
    let filter = Filter { policy, interface };
    if prepared.plan.is_empty() {
        filter.load(policy.instructions)?;
    } else {
        filter.load_rewritten(&prepared.plan)?;
    }
    own::remember(threads, prepared.deadly);
    let status = Status::new(prepared.actions, prepared.plan, flags, interface, logging);
    if threads == Threads::All {
        status::remember(&status);
    }
    Ok(status)
}

/// A policy as this kernel can have it.
struct Prepared {
    plan: Plan,
    /// The actions that it then has.
    actions: ActionSet,
    /// The calls of a later install that it then kills for.
    deadly: u32,
}

impl Prepared {
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

/// Sets no_new_privs, and looks whether it is set: an outer filter can answer anything.
fn no_new_privs() -> Result<(), Error> {
    let ask = |call, answer: Result<core::ffi::c_int, Errno>| {
        answer.map_err(|errno| Error::NoNewPrivs {
            call,
            errno: Some(errno),
        })
    };
    own::check(Call::SetNoNewPrivs)?;
    own::check(Call::GetNoNewPrivs)?;
    ask(Call::SetNoNewPrivs, sys::set_no_new_privs())?;
    match ask(Call::GetNoNewPrivs, sys::get_no_new_privs())? {
        1 => Ok(()),
        _ => Err(Error::NoNewPrivs {
            call: Call::SetNoNewPrivs,
            errno: None,
        }),
    }
}

/// How a program is loaded.
struct Filter<'a> {
    policy: &'a Policy,
    interface: Interface,
}

impl Filter<'_> {
    /// Loads a copy with other actions. The policy's own program is never written to. Apart from `load`, so that only those pay
    /// for the room on the stack who need it.
    #[cold]
    #[inline(never)]
    fn load_rewritten(&self, plan: &Plan) -> Result<(), Error> {
        let nothing = Instruction {
            code: 0,
            jt: 0,
            jf: 0,
            k: 0,
        };
        let mut room = [nothing; BPF_MAXINSNS];
        let original = self.policy.instructions;
        // What the kernel would say to a program too long.
        let errno = Errno::EINVAL;
        let copy = room.get_mut(..original.len()).ok_or(Error::Load {
            call: self.call(),
            errno,
        })?;
        copy.copy_from_slice(original);
        plan.rewrite(copy);
        self.load(copy)
    }

    #[inline(never)]
    fn load(&self, program: &[Instruction]) -> Result<(), Error> {
        let flags = self.policy.flags();
        let answer = match self.interface {
            Interface::Seccomp => {
                own::check_flags(flags)?;
                sys::set_mode_filter(flags.bits(), Some(program))
            }
            Interface::Prctl => sys::prctl_set_seccomp(Some(program)),
        };
        self.read(answer)
    }

    /// What the kernel means by its answer to a load.
    fn read(&self, answer: Result<core::ffi::c_int, Errno>) -> Result<(), Error> {
        let call = self.call();
        match (answer, self.policy.settings.threads) {
            (Ok(0), _) => Ok(()),
            // With TSYNC, not zero is the id of a thread that has other filters, and none was changed.
            (Ok(id), Threads::All) if self.interface == Interface::Seccomp => {
                Err(Error::Thread { id })
            }
            (Ok(_), _) => Err(Error::Lied { call }),
            (Err(errno), _) => Err(Error::Load { call, errno }),
        }
    }

    fn call(&self) -> Call {
        match self.interface {
            Interface::Seccomp => Call::SetModeFilter,
            Interface::Prctl => Call::PrctlSetSeccomp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Action;
    use crate::private::EMPTY;

    fn read(
        interface: Interface,
        threads: Threads,
        answer: Result<core::ffi::c_int, Errno>,
    ) -> Result<(), Error> {
        let mut policy = EMPTY;
        policy.settings.threads = threads;
        Filter {
            policy: &policy,
            interface,
        }
        .read(answer)
    }

    #[test]
    fn only_zero_is_a_filter_in_force() {
        let call = Call::SetModeFilter;
        let seccomp = |threads, answer| read(Interface::Seccomp, threads, answer);
        assert_eq!(seccomp(Threads::All, Ok(0)), Ok(()));
        assert_eq!(
            seccomp(Threads::All, Ok(4711)),
            Err(Error::Thread { id: 4711 })
        );
        assert_eq!(seccomp(Threads::Calling, Ok(0)), Ok(()));
        assert_eq!(
            seccomp(Threads::Calling, Ok(4711)),
            Err(Error::Lied { call })
        );
        for errno in [
            Errno::EACCES,
            Errno::EINVAL,
            Errno::ENOMEM,
            Errno::EBUSY,
            Errno::ESRCH,
        ] {
            assert_eq!(
                seccomp(Threads::All, Err(errno)),
                Err(Error::Load { call, errno })
            );
        }
        let call = Call::PrctlSetSeccomp;
        assert_eq!(read(Interface::Prctl, Threads::All, Ok(0)), Ok(()));
        assert_eq!(
            read(Interface::Prctl, Threads::All, Ok(1)),
            Err(Error::Lied { call })
        );
        let errno = Errno::EINVAL;
        assert_eq!(
            read(Interface::Prctl, Threads::Calling, Err(errno)),
            Err(Error::Load { call, errno })
        );
    }

    #[test]
    fn a_policy_that_failed_to_compile_denies_everything() {
        assert_eq!(EMPTY.decide(0, [0; 6]).action(), Action::KillProcess);
        assert_eq!(EMPTY.default_action().action(), Action::KillProcess);
    }
}
