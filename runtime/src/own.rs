//! What the filters that this process installed itself would do to it for asking: remembered, since asking would be the end.
//!
//! With the feature `std`, a filter on the calling thread counts for that thread (what it spawns inherits the filter, but not
//! what is remembered). Without it there is no thread-local, and the filter counts for all threads: an install too many is
//! refused, rather than one too few.

use core::ffi::c_long;
use core::hint::black_box;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::decide::{Data, run};
use crate::private::Threads;
use crate::sys::{AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_RDONLY, O_WRONLY, nr};
use crate::uapi::{
    PR_GET_NO_NEW_PRIVS, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_GET_ACTION_AVAIL,
    SECCOMP_MODE_FILTER, SECCOMP_SET_MODE_FILTER,
};
use crate::{Action, Call, Error, Flags, Instruction};

/// A bit for each call that would be deadly.
static PROCESS: AtomicU32 = AtomicU32::new(0);

#[cfg(feature = "std")]
std::thread_local! {
    // Const and without a destructor: no allocation, no registration with the threads library.
    static THREAD: core::cell::Cell<u32> = const { core::cell::Cell::new(0) };
}

/// Remembers a filter of `instructions` that was just loaded. It makes no system call.
pub(crate) fn remember(threads: Threads, arch: u32, instructions: &[Instruction]) {
    let deadly = deadly(arch, instructions);
    match threads {
        #[cfg(feature = "std")]
        Threads::Calling => {
            // A thread that is ending installs nothing more.
            let _ = THREAD.try_with(|thread| thread.set(thread.get() | deadly));
        }
        _ => {
            PROCESS.fetch_or(deadly, Ordering::Relaxed);
        }
    }
}

/// An error where `call` would be the end of this process.
pub(crate) fn check(call: Call) -> Result<(), Error> {
    if kills_for(call) {
        Err(Error::WouldKill { call })
    } else {
        Ok(())
    }
}

/// Whether `call` would be the end of this process.
pub(crate) fn kills_for(call: Call) -> bool {
    is_set(bit(call))
}

/// The same for [`Call::SetModeFilter`] with `flags`.
pub(crate) fn check_flags(flags: Flags) -> Result<(), Error> {
    let call = Call::SetModeFilter;
    if is_set(flag_bit(flags)) {
        Err(Error::WouldKill { call })
    } else {
        Ok(())
    }
}

fn is_set(bit: u32) -> bool {
    let deadly = PROCESS.load(Ordering::Relaxed);
    #[cfg(feature = "std")]
    let deadly = deadly | THREAD.try_with(core::cell::Cell::get).unwrap_or(0);
    deadly & bit != 0
}

/// All flags that a policy can have: the eight lowest bits say which of their combinations are deadly.
const FLAGS: u32 = Flags::TSYNC.bits() | Flags::LOG.bits() | Flags::SPEC_ALLOW.bits();

const fn flag_bit(flags: Flags) -> u32 {
    1 << (flags.bits() & FLAGS)
}

/// The bits above those of the flags.
const fn bit(call: Call) -> u32 {
    1 << (FLAGS + 1 + call as u32)
}

/// A call as the kernel shows it to a filter, for a policy may look at the arguments: an int arrives with its sign extended.
struct Asked(Call, c_long, [i32; 4]);

/// Stands for any pointer: a policy can tell null from the rest, no more.
const POINTER: i32 = 0x1000;
/// A descriptor that a file may get.
const FD: i32 = 3;
const STDERR: i32 = 2;
// Small numbers, as ints.
const FILTER: i32 = SECCOMP_MODE_FILTER as i32;
const LOAD: i32 = SECCOMP_SET_MODE_FILTER as i32;
const GET_ACTION: i32 = SECCOMP_GET_ACTION_AVAIL as i32;

/// All calls of an install but those that have flags.
static CALLS: [Asked; 14] = [
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
        Call::GetNoNewPrivs,
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
    Asked(
        Call::Open,
        nr::OPENAT,
        [AT_FDCWD, POINTER, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0],
    ),
    Asked(Call::Open, nr::CLOSE, [FD, 0, 0, 0]),
    Asked(Call::Read, nr::READ, [FD, POINTER, 1, 0]),
    Asked(Call::Write, nr::WRITE, [FD, POINTER, 1, 0]),
    Asked(Call::Write, nr::WRITE, [STDERR, POINTER, 1, 0]),
    Asked(Call::ListThreads, nr::GETDENTS64, [FD, POINTER, 1, 0]),
    Asked(Call::ListThreads, nr::GETTID, [0, 0, 0, 0]),
];

fn deadly(arch: u32, instructions: &[Instruction]) -> u32 {
    // Opaque, or the compiler writes all of these calls out one by one, and every program carries them.
    let (calls, combinations) = black_box((&CALLS[..], FLAGS + 1));
    let mut deadly = 0;
    for &Asked(call, nr, args) in calls {
        if kills(arch, instructions, nr, args) {
            deadly |= bit(call);
        }
    }
    // Each combination of flags, without a program and with one.
    for i in 0..2 * combinations {
        let (flags, pointer) = (i / 2, if i % 2 == 0 { 0 } else { POINTER });
        if kills(
            arch,
            instructions,
            nr::SECCOMP,
            [LOAD, flags as i32, pointer, 0],
        ) {
            deadly |= flag_bit(Flags::from_bits(flags));
        }
    }
    deadly
}

#[inline(never)]
fn kills(arch: u32, instructions: &[Instruction], nr: c_long, args: [i32; 4]) -> bool {
    let [a, b, c, d] = args.map(|arg| i64::from(arg) as u64);
    // The kernel looks at 32 bits of the number.
    let data = Data::new(arch, nr as u32, [a, b, c, d, 0, 0]);
    Action::from_return_value(run(instructions, &data)) >= Action::Trap
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uapi::{
        BPF_JMP_JEQ_K, BPF_LD_W_ABS, BPF_RET_K, SECCOMP_DATA_ARGS, SECCOMP_DATA_NR,
        SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_TRAP,
    };

    const ARCH: u32 = 0xc000_003e;

    const fn op(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
        Instruction { code, jt, jf, k }
    }

    const fn ret(k: u32) -> Instruction {
        op(BPF_RET_K, 0, 0, k)
    }

    fn word(nr: c_long) -> u32 {
        u32::try_from(nr).unwrap()
    }

    #[test]
    fn bits_are_apart() {
        let mut seen = 0u32;
        let flags = (0..=FLAGS).map(|flags| flag_bit(Flags::from_bits(flags)));
        let calls = [
            Call::GetActionAvail,
            Call::PrctlSetSeccomp,
            Call::SetNoNewPrivs,
            Call::GetNoNewPrivs,
            Call::Open,
            Call::Read,
            Call::Write,
            Call::ListThreads,
        ];
        for bit in flags.chain(calls.map(bit)) {
            assert_eq!(seen & bit, 0);
            seen |= bit;
        }
    }

    #[test]
    fn a_killing_default_kills_for_everything_and_an_errno_for_nothing() {
        for fatal in [SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_TRAP, 0] {
            let deadly = deadly(ARCH, &[ret(fatal)]);
            assert_eq!(deadly & 0xff, 0xff);
            assert_eq!(deadly.count_ones(), 8 + 8);
        }
        assert_eq!(deadly(ARCH, &[ret(SECCOMP_RET_ERRNO | 1)]), 0);
        assert_eq!(deadly(ARCH, &[ret(SECCOMP_RET_ALLOW)]), 0);
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
        let deadly = deadly(ARCH, &program);
        assert_eq!(deadly & 0xff, 0, "loading is fine with any flags");
        assert_ne!(deadly & bit(Call::GetActionAvail), 0);
        assert_ne!(deadly & bit(Call::SetNoNewPrivs), 0);
    }

    #[test]
    #[cfg(feature = "std")]
    fn a_filter_on_one_thread_counts_for_that_thread() {
        let other = || check(Call::SetNoNewPrivs).is_ok() && check_flags(Flags::LOG).is_ok();
        let filtered = std::thread::spawn(move || {
            remember(Threads::Calling, ARCH, &[ret(SECCOMP_RET_ERRNO | 1)]);
            assert!(other(), "an errno kills nobody");
            remember(Threads::Calling, ARCH, &[ret(SECCOMP_RET_KILL_PROCESS)]);
            assert!(std::thread::spawn(other).join().unwrap());
            let call = Call::SetModeFilter;
            assert_eq!(check_flags(Flags::LOG), Err(Error::WouldKill { call }));
            check(Call::SetNoNewPrivs)
        });
        let call = Call::SetNoNewPrivs;
        assert_eq!(filtered.join().unwrap(), Err(Error::WouldKill { call }));
        assert!(other());
    }
}
