//! A program put in force: what every install does, whatever else its policy needs.
//!
//! Most of the programs that use this crate have hardly more of it than this, so it is kept small where it counts, in the program.

use core::sync::atomic::AtomicU32;

use crate::errno::Returned;
use crate::sys::{self, CLONE_PARENT, CLONE_THREAD};
use crate::{Call, Error, ErrorKind, Flags, Instruction, own};

/// What this process has in force. It is one static since each of another crate's takes an entry that the loader has to fill.
pub(crate) struct InForce {
    /// The calls that the filters on all threads would kill it for: bits, as [`own`] has them.
    pub(crate) deadly: AtomicU32,
    /// The first status, as [`status`](crate::status()) packs it.
    pub(crate) status: AtomicU32,
}

pub(crate) static IN_FORCE: InForce = InForce {
    deadly: AtomicU32::new(0),
    status: AtomicU32::new(0),
};

/// How filters are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interface {
    /// seccomp(2), from Linux 3.17.
    Seccomp,
    /// prctl(2): the calling thread alone, no flags.
    Prctl,
}

impl Interface {
    /// The call that loads.
    #[inline(always)]
    const fn call(self) -> Call {
        match self {
            Interface::Seccomp => Call::SetModeFilter,
            Interface::Prctl => Call::PrctlSetSeccomp,
        }
    }

    /// Which there is for a filter with `flags`: it must answer EFAULT to the null program.
    #[inline(always)]
    pub(crate) fn for_flags(flags: Flags) -> Result<Interface, Error> {
        let mut interface = Interface::Seccomp;
        let mut answer = sys::load(interface, flags, None);
        if answer == Returned::ENOSYS {
            own::check(own::bit(Call::PrctlSetSeccomp) | own::bit(Call::UnshareThread))?;
            interface = Interface::Prctl;
            answer = sys::load(interface, flags, None);
        }
        let kind = match answer {
            Returned::EFAULT => {
                let one_thread = interface == Interface::Prctl && flags.contains(Flags::TSYNC);
                return if one_thread {
                    prove_alone().map(|()| interface)
                } else {
                    Ok(interface)
                };
            }
            // Where the other flags that there may be are known, too: seccomp(2) and TSYNC came together.
            Returned::EINVAL => ErrorKind::NoFilterMode,
            _ => ErrorKind::Sandbox,
        };
        Err(Error::new(kind, interface.call(), answer))
    }
}

/// What unshare(2) takes of no process.
pub(crate) const NONSENSE: i32 = CLONE_THREAD | CLONE_PARENT;

/// Proves that there is one thread, by asking for what a process of one thread has already, and what one of several can't have.
/// Nothing is changed by it.
#[inline(always)]
fn prove_alone() -> Result<(), Error> {
    let call = Call::UnshareThread;
    // No kernel takes that: an outer filter that makes up a success is found out here.
    let nonsense = sys::unshare(NONSENSE);
    if nonsense != Returned::EINVAL {
        return Err(Error::new(ErrorKind::Sandbox, call, nonsense));
    }
    let answer = sys::unshare(CLONE_THREAD);
    let kind = match answer {
        Returned(0) => return Ok(()),
        Returned::EINVAL => ErrorKind::NotAlone,
        _ => ErrorKind::Sandbox,
    };
    Err(Error::new(kind, call, answer))
}

/// Sets no_new_privs, and looks whether it is set: an outer filter can answer anything.
#[inline(always)]
pub(crate) fn no_new_privs() -> Result<(), Error> {
    let answer = sys::set_no_new_privs();
    if sys::get_no_new_privs() == Returned(1) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Sandbox, Call::SetNoNewPrivs, answer))
}

/// Loads the program.
#[inline(always)]
pub(crate) fn load(
    interface: Interface,
    flags: Flags,
    program: &[Instruction],
) -> Result<(), Error> {
    // First a program of no instructions, which no kernel takes. To an outer filter, which can't read memory, it is a load like the
    // other: what makes up a success for loads, and knows the null program, is found out here.
    let mut answer = sys::load(interface, flags, Some(&[]));
    if answer == Returned::EINVAL {
        answer = sys::load(interface, flags, Some(program));
        if answer == Returned(0) {
            return Ok(());
        }
    }
    let kind = refusal(answer, flags).unwrap_or(ErrorKind::Sandbox);
    Err(Error::new(kind, interface.call(), answer))
}

/// What comes before a load that isn't [`load`]: the same first part.
#[cfg(all(feature = "std", unix))]
#[inline(always)]
pub(crate) fn rehearse(interface: Interface, flags: Flags) -> Result<(), Error> {
    let answer = sys::load(interface, flags, Some(&[]));
    if answer == Returned::EINVAL {
        return Ok(());
    }
    let kind = refusal(answer, flags).unwrap_or(ErrorKind::Sandbox);
    Err(Error::new(kind, interface.call(), answer))
}

/// Whether that answer to a load is a filter in force.
#[cfg(all(feature = "std", unix))]
#[inline(always)]
pub(crate) fn read(interface: Interface, flags: Flags, answer: Returned) -> Result<(), Error> {
    let Some(kind) = refusal(answer, flags) else {
        return Ok(());
    };
    Err(Error::new(kind, interface.call(), answer))
}

/// What the kernel means by its answer to a load.
#[inline(always)]
const fn refusal(answer: Returned, flags: Flags) -> Option<ErrorKind> {
    Some(match answer {
        Returned(0) => return None,
        // With TSYNC, that is the id of a thread that has other filters, and none was changed.
        Returned(1..) if flags.contains(Flags::TSYNC) => ErrorKind::Thread,
        Returned::ENOMEM => ErrorKind::NoRoom,
        _ => ErrorKind::Sandbox,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_zero_is_a_filter_in_force() {
        let (all, calling) = (Flags::TSYNC, Flags::NONE);
        for flags in [all, calling] {
            assert_eq!(refusal(Returned(0), flags), None);
            assert_eq!(refusal(Returned::ENOMEM, flags), Some(ErrorKind::NoRoom));
            for odd in [Returned::EACCES, Returned::EINVAL, Returned(-524)] {
                assert_eq!(refusal(odd, flags), Some(ErrorKind::Sandbox));
            }
        }
        assert_eq!(refusal(Returned(4711), all), Some(ErrorKind::Thread));
        assert_eq!(refusal(Returned(4711), calling), Some(ErrorKind::Sandbox));
    }

    #[test]
    fn two_threads_are_seen() {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || receiver.recv());
        assert!(prove_alone().is_err());
        drop(sender);
        assert!(other.join().unwrap().is_err());
    }
}
