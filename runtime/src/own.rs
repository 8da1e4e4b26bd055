//! What the filters that this process installed itself would do to it for asking: remembered, since asking would be the end.
//!
//! What a policy does to the calls of a later install is found out while compiling. An install then only has to remember it.
//!
//! With the feature `std`, a filter on the calling thread counts for that thread (what it spawns inherits the filter, but not
//! what is remembered). Without it there is no thread-local, and the filter counts for all threads: an install too many is
//! refused, rather than one too few.

use core::ffi::c_long;
use core::sync::atomic::Ordering;

use crate::decide::{Data, run_watched};
use crate::load::{self, IN_FORCE};
use crate::plan::Plan;
use crate::private::Threads;
use crate::probe::LATER_SET;
use crate::sys::{AT_FDCWD, CLONE_THREAD, O_CLOEXEC, O_RDONLY, O_WRONLY, SIG_SETMASK, SIGSYS, nr};
use crate::uapi::{
    PR_GET_NO_NEW_PRIVS, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_GET_ACTION_AVAIL,
    SECCOMP_GET_NOTIF_SIZES, SECCOMP_MODE_FILTER, SECCOMP_SET_MODE_FILTER,
};
use crate::{Action, ActionSet, Call, Error, Flags, Instruction};

#[cfg(feature = "std")]
std::thread_local! {
    // Const and without a destructor: no allocation, no registration with the threads library.
    static THREAD: core::cell::Cell<u32> = const { core::cell::Cell::new(0) };
}

/// Remembers a filter on `threads` that was just loaded. It makes no system call.
#[inline]
pub(crate) fn remember(threads: Threads, deadly: u32) {
    if deadly == 0 {
        return;
    }
    match threads {
        #[cfg(feature = "std")]
        Threads::Calling => {
            // A thread that is ending installs nothing more.
            let _ = THREAD.try_with(|thread| thread.set(thread.get() | deadly));
        }
        _ => {
            IN_FORCE.deadly.fetch_or(deadly, Ordering::Relaxed);
        }
    }
}

/// An error where one of `calls` would be the end of this process: bits, as [`bit`] and [`flag_bit`] have them.
#[inline(always)]
pub(crate) fn check(calls: u32) -> Result<(), Error> {
    match deadly() & calls {
        0 => Ok(()),
        deadly => Err(Error::would_kill_for(first(deadly))),
    }
}

/// Whether `call` would be the end of this process.
pub(crate) fn kills_for(call: Call) -> bool {
    deadly() & bit(call) != 0
}

/// A bit for each call that would be the end of this process.
#[inline(always)]
fn deadly() -> u32 {
    let deadly = IN_FORCE.deadly.load(Ordering::Relaxed);
    #[cfg(feature = "std")]
    let deadly = deadly | THREAD.try_with(core::cell::Cell::get).unwrap_or(0);
    deadly
}

/// The number of the first of the calls whose bits are set, in [`Call`]; those that load come first.
#[inline(always)]
fn first(calls: u32) -> u32 {
    // The bits above the calls' are those of more loads, and of what comes before them.
    match calls & (LISTENER - 1) {
        0 => Call::SetModeFilter as u32,
        calls => calls.trailing_zeros().saturating_sub(CALL_BITS),
    }
}

/// All flags that a policy can have: the eight lowest bits say which of their combinations are deadly.
const FLAGS: Flags = Flags::TSYNC.with(Flags::LOG).with(Flags::SPEC_ALLOW);

pub(crate) const fn flag_bit(flags: Flags) -> u32 {
    1 << (flags.bits() & FLAGS.bits())
}

/// The bits of all combinations of flags.
const ALL_LOADS: u32 = (1 << CALL_BITS) - 1;

/// The bits above those of the flags are those of the calls.
const CALL_BITS: u32 = FLAGS.bits() + 1;

pub(crate) const fn bit(call: Call) -> u32 {
    1 << (CALL_BITS + call as u32)
}

/// The bit above those of the calls: a load with a listener, with whatever flags beside it, or the question that comes before it.
pub(crate) const LISTENER: u32 = 1 << (CALL_BITS + Call::ALL.len() as u32);
/// The next one: to hold signals off.
const SIGNALS: u32 = LISTENER << 1;

/// Whether holding signals off would be the end of this process.
#[cfg(all(feature = "std", unix))]
pub(crate) fn kills_for_signals() -> bool {
    deadly() & SIGNALS != 0
}

/// A call as the kernel shows it to a filter, for a policy may look at the arguments: an int arrives with its sign extended.
struct Asked(Call, c_long, [i32; 4]);

/// Stands for any pointer: a policy can tell null from the rest, no more.
pub(crate) const POINTER: i32 = 0x1000;
/// A descriptor that a file may get.
pub(crate) const FD: i32 = 3;
const STDERR: i32 = 2;
/// As an int.
pub(crate) const SIGNAL_SET: i32 = crate::uapi::SIGNAL_SET as i32;
// Small numbers, as ints.
const FILTER: i32 = SECCOMP_MODE_FILTER as i32;
const LOAD: i32 = SECCOMP_SET_MODE_FILTER as i32;
const GET_ACTION: i32 = SECCOMP_GET_ACTION_AVAIL as i32;
const GET_SIZES: i32 = SECCOMP_GET_NOTIF_SIZES as i32;

/// The flags that a load with a listener can have.
const LISTENERS: [Flags; 16] = {
    let with = [
        Flags::LOG,
        Flags::SPEC_ALLOW,
        Flags::WAIT_KILLABLE,
        Flags::TSYNC.with(Flags::TSYNC_ESRCH),
    ];
    let mut all = [Flags::NEW_LISTENER; 16];
    let mut index = 0;
    while index < all.len() {
        let mut bit = 0;
        while bit < with.len() {
            if index & (1 << bit) != 0 {
                all[index] = all[index].with(with[bit]);
            }
            bit += 1;
        }
        index += 1;
    }
    all
};

/// All calls of an install but those that have flags.
const CALLS: [Asked; 14] = [
    Asked(
        Call::GetActionAvail,
        nr::SECCOMP,
        [GET_ACTION, 0, POINTER, 0],
    ),
    Asked(
        Call::PrctlSetSeccomp,
        nr::PRCTL,
        [PR_SET_SECCOMP, FILTER, 0, 0],
    ),
    Asked(
        Call::PrctlSetSeccomp,
        nr::PRCTL,
        [PR_SET_SECCOMP, FILTER, POINTER, 0],
    ),
    Asked(
        Call::SetNoNewPrivs,
        nr::PRCTL,
        [PR_SET_NO_NEW_PRIVS, 1, 0, 0],
    ),
    Asked(
        Call::SetNoNewPrivs,
        nr::PRCTL,
        [PR_GET_NO_NEW_PRIVS, 0, 0, 0],
    ),
    Asked(
        Call::Open,
        nr::OPENAT,
        [AT_FDCWD, POINTER, O_RDONLY | O_CLOEXEC, 0],
    ),
    Asked(
        Call::Open,
        nr::OPENAT,
        [AT_FDCWD, POINTER, O_WRONLY | O_CLOEXEC, 0],
    ),
    Asked(Call::UnshareThread, nr::UNSHARE, [load::NONSENSE, 0, 0, 0]),
    Asked(Call::UnshareThread, nr::UNSHARE, [CLONE_THREAD, 0, 0, 0]),
    Asked(Call::Open, nr::CLOSE, [FD, 0, 0, 0]),
    Asked(Call::Read, nr::READ, [FD, POINTER, 1, 0]),
    Asked(Call::Write, nr::WRITE, [FD, POINTER, 1, 0]),
    Asked(Call::Write, nr::WRITE, [STDERR, POINTER, 1, 0]),
    Asked(
        Call::SetSigaction,
        nr::RT_SIGACTION,
        [SIGSYS, POINTER, POINTER, SIGNAL_SET],
    ),
];

/// What a program does to the calls of an install: a bit for each, by action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fate {
    /// The deadly ones, where nothing is replaced.
    pub(crate) as_written: u32,
    /// Those that it answers with each action.
    answered: [u32; Action::ALL.len()],
}

impl Fate {
    /// Of `program`, by asking it. Meant for the compiler: it asks some seventy times.
    pub(crate) const fn new(arch: u32, program: &[Instruction]) -> Fate {
        let mut fate = Fate {
            as_written: 0,
            answered: [0; Action::ALL.len()],
        };
        let mut asked = Asking::new(arch, program);
        let mut i = 0;
        while i < CALLS.len() {
            let Asked(call, nr, args) = CALLS[i];
            fate.add(bit(call), asked.about(nr, args));
            i += 1;
        }
        // Each combination of flags, without a program and with one.
        let mut flags = 0_u8;
        while flags as u32 <= FLAGS.bits() {
            let bit = flag_bit(Flags::from_bits(flags));
            let without = [LOAD, flags as i32, 0, 0];
            let with = [LOAD, flags as i32, POINTER, 0];
            fate.add(bit, asked.about(nr::SECCOMP, without));
            fate.add(bit, asked.about(nr::SECCOMP, with));
            flags += 1;
        }
        let sizes = [GET_SIZES, 0, POINTER, 0];
        fate.add(LISTENER, asked.about(nr::SECCOMP, sizes));
        let mut index = 0;
        while index < LISTENERS.len() {
            let flags = LISTENERS[index].bits() as i32;
            let without = [LOAD, flags, 0, 0];
            let with = [LOAD, flags, POINTER, 0];
            fate.add(LISTENER, asked.about(nr::SECCOMP, without));
            fate.add(LISTENER, asked.about(nr::SECCOMP, with));
            index += 1;
        }
        let hold = [SIG_SETMASK, POINTER, POINTER, SIGNAL_SET];
        fate.add(SIGNALS, asked.about(nr::RT_SIGPROCMASK, hold));
        fate
    }

    const fn add(&mut self, bit: u32, action: Action) {
        self.answered[action as usize] |= bit;
        if is_deadly(action) {
            self.as_written |= bit;
        }
    }

    /// The actions that an install asks for: the later ones that the program uses. Where it allows later installs to load, but
    /// not to ask, it is all of them, for later it would be too late.
    pub(crate) const fn asked_for(&self, used: ActionSet) -> ActionSet {
        let free = self.answered[Action::Allow as usize] | self.answered[Action::Log as usize];
        let loads = free & ALL_LOADS != 0;
        let asks = free & bit(Call::GetActionAvail) != 0;
        if loads && !asks {
            LATER_SET
        } else {
            used.intersection(LATER_SET)
        }
    }

    /// The deadly calls, where the program's actions, `used`, are replaced as `plan` says.
    pub(crate) fn deadly(&self, used: ActionSet, plan: &Plan) -> u32 {
        let mut deadly = 0;
        for action in used.iter() {
            if is_deadly(plan.in_place_of(action)) {
                deadly |= self.answered[action as usize];
            }
        }
        deadly
    }
}

const fn is_deadly(action: Action) -> bool {
    action as u32 >= Action::Trap as u32
}

/// A program that is asked about one call after the other. One that doesn't look at the arguments runs once a number.
struct Asking<'p> {
    arch: u32,
    program: &'p [Instruction],
    /// The last number, and what is returned for it whatever the arguments are.
    known: Option<(c_long, Action)>,
}

impl<'p> Asking<'p> {
    const fn new(arch: u32, program: &'p [Instruction]) -> Self {
        Asking {
            arch,
            program,
            known: None,
        }
    }

    const fn about(&mut self, nr: c_long, args: [i32; 4]) -> Action {
        if let Some((known, action)) = self.known {
            if known == nr {
                return action;
            }
        }
        let (value, looked) = run_watched(self.program, &data(self.arch, nr, args));
        let action = Action::from_return_value(value);
        self.known = if looked { None } else { Some((nr, action)) };
        action
    }
}

/// What the program answers to a call.
#[cfg(any(test, feature = "std"))]
pub(crate) const fn decide(
    arch: u32,
    program: &[Instruction],
    nr: c_long,
    args: [i32; 4],
) -> Action {
    Action::from_return_value(run_watched(program, &data(arch, nr, args)).0)
}

/// A call as the program sees it.
const fn data(arch: u32, nr: c_long, args: [i32; 4]) -> Data {
    let [a, b, c, d] = args;
    let args = [a as u64, b as u64, c as u64, d as u64, 0, 0];
    // The kernel looks at 32 bits of the number.
    Data::new(arch, nr as u32, args)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Answers;
    use crate::uapi::{
        BPF_JMP_JEQ_K, BPF_LD_W_ABS, BPF_RET_K, SECCOMP_DATA_ARGS, SECCOMP_DATA_NR,
        SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_LOG,
        SECCOMP_RET_TRAP,
    };

    const ARCH: u32 = 0xc000_003e;

    const ALL: ActionSet = ActionSet::from_bits(u8::MAX);

    const fn op(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
        Instruction { code, jt, jf, k }
    }

    const fn ret(k: u32) -> Instruction {
        op(BPF_RET_K, 0, 0, k)
    }

    fn word(nr: c_long) -> u32 {
        u32::try_from(nr).unwrap()
    }

    fn deadly(program: &[Instruction]) -> u32 {
        let fate = Fate::new(ARCH, program);
        assert_eq!(fate.as_written, fate.deadly(ALL, &Plan::NOTHING));
        fate.as_written
    }

    #[test]
    fn bits_are_apart() {
        let mut seen = 0u32;
        let flags = (0..8).map(|flags| flag_bit(Flags::from_bits(flags)));
        for bit in flags.chain(Call::ALL.map(bit)).chain([LISTENER, SIGNALS]) {
            assert_eq!(seen & bit, 0);
            seen |= bit;
        }
    }

    #[test]
    fn the_first_call_is_named() {
        for (index, call) in Call::ALL.into_iter().enumerate() {
            let index = u32::try_from(index).unwrap();
            assert_eq!(first(bit(call)), index);
            assert_eq!(first(bit(call) | LISTENER | SIGNALS), index);
        }
        let load = Call::SetModeFilter as u32;
        for bits in [flag_bit(Flags::TSYNC) | bit(Call::Write), LISTENER, SIGNALS] {
            assert_eq!(first(bits), load);
        }
    }

    #[test]
    fn a_killing_default_kills_for_everything_and_an_errno_for_nothing() {
        for fatal in [SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_TRAP, 0] {
            let deadly = deadly(&[ret(fatal)]);
            assert_eq!(deadly & 0xff, 0xff);
            assert_eq!(
                deadly.count_ones(),
                8 + 8 + 2,
                "SetModeFilter has the bits of its flags"
            );
        }
        for harmless in [SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ALLOW, SECCOMP_RET_LOG] {
            assert_eq!(deadly(&[ret(harmless)]), 0);
            let log = ActionSet::EMPTY.with(Action::Log);
            let fate = Fate::new(ARCH, &[ret(harmless)]);
            assert_eq!(fate.asked_for(log.with(Action::Errno)), log);
        }
    }

    #[test]
    fn the_arguments_count() {
        // seccomp(2) goes on with the operation 1, all else is killed
        let (low, _) = if cfg!(target_endian = "big") {
            (4, 0)
        } else {
            (0, 4)
        };
        let program = [
            op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_NR),
            op(BPF_JMP_JEQ_K, 0, 3, word(nr::SECCOMP)),
            op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_ARGS + low),
            op(BPF_JMP_JEQ_K, 0, 1, SECCOMP_SET_MODE_FILTER),
            ret(SECCOMP_RET_ALLOW),
            ret(SECCOMP_RET_KILL_PROCESS),
        ];
        let deadly = deadly(&program);
        assert_eq!(deadly & 0xff, 0, "loading is fine with any flags");
        assert_ne!(deadly & bit(Call::GetActionAvail), 0);
        let none = ActionSet::EMPTY;
        assert_eq!(Fate::new(ARCH, &program).asked_for(none), LATER_SET);
        assert_ne!(deadly & bit(Call::SetNoNewPrivs), 0);
    }

    #[test]
    fn what_replaces_an_action_counts() {
        let program = [
            op(BPF_LD_W_ABS, 0, 0, SECCOMP_DATA_NR),
            op(BPF_JMP_JEQ_K, 0, 1, word(nr::PRCTL)),
            ret(SECCOMP_RET_KILL_PROCESS),
            ret(SECCOMP_RET_LOG),
        ];
        let fate = Fate::new(ARCH, &program);
        let prctl = fate.as_written;
        assert_ne!(prctl & bit(Call::SetNoNewPrivs), 0);
        assert_eq!(prctl & flag_bit(Flags::NONE), 0);
        let used = [Action::Log, Action::KillProcess].into_iter().collect();
        let plan = |fallbacks: &[_]| Plan::new(used, fallbacks, &Answers::NONE_OF_LATER).unwrap();
        let (log, kill) = (
            Action::Log.return_value(),
            Action::KillProcess.return_value(),
        );
        let trap = [(log, SECCOMP_RET_TRAP)];
        assert_eq!(
            fate.deadly(used, &plan(&trap)),
            deadly(&[ret(SECCOMP_RET_TRAP)])
        );
        let errno = SECCOMP_RET_ERRNO | 1;
        let errnos = [(log, errno), (kill, errno)];
        assert_eq!(fate.deadly(used, &plan(&errnos)), 0);
    }

    #[test]
    #[cfg(feature = "std")]
    fn a_filter_on_one_thread_counts_for_that_thread() {
        let other =
            || check(bit(Call::SetNoNewPrivs)).is_ok() && check(flag_bit(Flags::LOG)).is_ok();
        let filtered = std::thread::spawn(move || {
            remember(Threads::Calling, deadly(&[ret(SECCOMP_RET_ERRNO | 1)]));
            assert!(other(), "an errno kills nobody");
            remember(Threads::Calling, deadly(&[ret(SECCOMP_RET_KILL_PROCESS)]));
            assert!(std::thread::spawn(other).join().unwrap());
            let killed = Error::would_kill(Call::SetModeFilter);
            assert_eq!(check(flag_bit(Flags::LOG)), Err(killed));
            check(bit(Call::SetNoNewPrivs))
        });
        let killed = Error::would_kill(Call::SetNoNewPrivs);
        assert_eq!(filtered.join().unwrap(), Err(killed));
        assert!(other());
    }
}
