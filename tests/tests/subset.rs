//! Policies compared while they are compiled: which may do no more than which others.

use seccomptime::{Policy, policy};

/// Of each line, every policy may do less than the next one.
macro_rules! growing {
    ($($name:ident: $([$($policy:tt)*])*;)*) => {$(
        mod $name {
            use super::{Policy, policy};

            pub static POLICIES: &[Policy] = &[
                $(policy!(allow(exit, exit_group, rt_sigreturn), $($policy)*)),*
            ];
        }

        const _: () = assert!(grows($name::POLICIES));

        #[test]
        fn $name() {
            // Once more, where it isn't rustc that runs it.
            assert!(grows(std::hint::black_box($name::POLICIES)));
        }
    )*};
}

const fn grows(policies: &[Policy]) -> bool {
    let mut i = 0;
    while i < policies.len() {
        let mut j = 0;
        while j < policies.len() {
            if policies[i].is_subset_of(&policies[j]) != (i <= j) {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    policies.len() > 1
}

growing! {
    a_rule_more: [] [allow(read)] [allow(read, close)] [allow(read, @file-system)];
    a_verb_freer:
        [kill_thread(read), waive(kill_thread: "to be told apart")]
        [trap(read)]
        [errno(EPERM: read)]
        [trace(1: read)]
        [log(read)]
        [allow(read)];
    a_default_freer:
        []
        [default = kill_thread, waive(kill_thread: "to be told apart")]
        [default = trap]
        [default = errno(EPERM)];
    a_default_that_permits: [default = errno(EPERM), foreign = kill_process] [default = log];
    foreign_calls: [] [foreign = errno(EPERM)] [foreign = trace];
    unknown_numbers: [unknown = kill_process] [unknown = trap] [];
    a_list:
        [allow(ioctl(cmd == TCGETS))]
        [allow(ioctl(cmd in [TCGETS, FIOCLEX]))]
        [allow(ioctl(cmd in [FIOCLEX, FIONBIO, FIONREAD, TCGETS, TIOCGWINSZ, 5, 6, 7]))];
    a_mask:
        [allow(mprotect(prot & (PROT_EXEC | PROT_WRITE) == 0))]
        [allow(mprotect(prot & PROT_EXEC == 0))]
        [allow(mprotect)];
    a_number_in_signed_order:
        [allow(setpriority(niceval > 5))]
        [allow(setpriority(niceval > 0))]
        [allow(setpriority(niceval > -3))]
        [allow(setpriority(niceval > -3), setpriority(niceval == -7))]
        [allow(setpriority(niceval >= -7))];
    a_number_as_wide_as_a_register:
        [allow(read(count < 10))]
        [allow(read(count <= 10))]
        [allow(read(count <= 4096))]
        [allow(read(count != 5000))];
    several_arguments:
        [allow(socket(family == AF_UNIX, protocol == 0))]
        [allow(socket(family in [AF_UNIX, AF_INET], protocol == 0))]
        [allow(socket(family in [AF_UNIX, AF_INET]))];
    a_choice:
        [allow(fcntl(cmd == F_GETFD, fd == 0))]
        [allow(fcntl(cmd == F_GETFD, fd == 0), fcntl(cmd == F_GETFL, fd == 1))]
        [allow(fcntl(cmd in [F_GETFD, F_GETFL], fd in 0..=1))];
    an_exception:
        [allow(madvise), errno(EPERM: madvise(behavior in [MADV_DONTNEED, MADV_FREE]))]
        [allow(madvise), errno(EPERM: madvise(behavior == MADV_FREE))]
        [allow(madvise), log(madvise(behavior == MADV_FREE))];
    sets:
        [allow(@rust-main - exit - exit_group - rt_sigreturn)]
        [allow(@rust-main - exit - exit_group - rt_sigreturn, @files-read)]
        [allow(@rust-main - exit - exit_group - rt_sigreturn, @files-read, @rust-threads - exit)];
}

/// Pairs that may do the same, whatever they look like.
macro_rules! same {
    ($($name:ident: [$($one:tt)*] [$($other:tt)*];)*) => {$(
        #[test]
        fn $name() {
            const SAME: bool = ONE.is_subset_of(&OTHER) && OTHER.is_subset_of(&ONE);
            const _: () = assert!(SAME);
            static ONE: Policy = policy!(allow(write, exit, exit_group, rt_sigreturn), $($one)*);
            static OTHER: Policy = policy!(allow(write, exit, exit_group, rt_sigreturn), $($other)*);
            assert_ne!(ONE.instructions(), OTHER.instructions());
        }
    )*};
}

same! {
    another_errno: [default = errno(EPERM)] [default = errno(EACCES)];
    a_range_and_its_numbers:
        [allow(ioctl(cmd in 7..=12))]
        [allow(ioctl(cmd in [12, 7, 11, 8, 10, 9]))];
    both_ways_to_emit:
        [allow(@stdio - write, @files-read), optimize = size]
        [allow(@stdio - write, @files-read), optimize = speed];
    two_orders:
        [allow(socket(family == AF_UNIX, protocol == 0))]
        [allow(socket(protocol == 0, family == AF_UNIX))];
}

#[test]
fn neither_is_in_the_other() {
    static READS: Policy = policy!(allow(read, exit, exit_group, rt_sigreturn));
    static WRITES: Policy = policy!(allow(write, exit, exit_group, rt_sigreturn));
    const _: () = assert!(!READS.is_subset_of(&WRITES) && !WRITES.is_subset_of(&READS));
    assert!(READS.decide(seccomptime::nr::READ, [0; 6]).is_allowed());
    assert!(WRITES.decide(seccomptime::nr::READ, [0; 6]).is_denied());
}
