//! What the macro makes of a policy while this file is compiled is what the compiler's stages make of its text: the constants of
//! an expansion, their halves and lists, and the linking are the same.

use seccomptime::{Policy, policy};
use seccomptime_compiler::arch::{ARCHES, Arch};
use seccomptime_compiler::plain::Plain;
use seccomptime_tests::stages::{draft, linked, parsed};
use seccomptime_tests::support::bpf::NATIVE_ARCH;

macro_rules! policies {
    ($($name:ident { $($policy:tt)* })*) => {
        $(const $name: Policy = policy!($($policy)*);)*
        const POLICIES: &[(Policy, &str)] = &[$(($name, stringify!($($policy)*))),*];
    };
}

policies! {
    EQUALITIES {
        allow(
            read(fd == 0, count <= 0x1_0000_0000),
            write(fd in [1, 2], count != 0x2_0000_0001),
            kill(pid == -1 || sig == 0),
            chmod(mode & 0xfff == 0x1a4),
            mremap(addr == 0),
            exit_group,
        ),
        trace(socket(type & 0xf == 1), mprotect(prot & 4 == 0, len & 0xffff_0000_0000 != 0), pkey_mprotect),
        errno(13: prctl(option == 0xffff_ffff)),
        kill_process(io_uring_setup, io_uring_enter, io_uring_register),
        default = log
    }
    ORDERS {
        log(
            setpriority(niceval < -5 || niceval > 7),
            lseek(offset in -4096..=4096, whence >= 1),
            getrandom(len < 0x8000_0000, flags <= 3),
            pread64(pos > 0x1_0000_0000, count >= 7),
        ),
        trap(7: mkdir(mode > 0x1ff)),
        default = kill_process,
        allow(exit_group, rt_sigreturn, exit, munmap, sigaltstack, restart_syscall)
    }
    LISTS {
        allow(
            ioctl(cmd in [0x5401, 0x5413, 0x5421, 0x5450, 0x5451, 7, 9, 11, 13, 15, 17, 19]),
            fcntl(cmd in [0, 1, 2, 3, 4, 1030]),
            lseek(whence in [-1, 5, -2147483648, 3, 2, 1, 0]),
            mmap(len in [1, 0x1_0000_0000, 0xffff_ffff_ffff_ffff], prot & 7 in [1, 2]),
            madvise(!(len_in == 4096 || len_in & 0xfff == 0) && (behavior == 4 || behavior == 8)),
        ),
        default = log
    }
}

#[test]
fn expansions_are_what_the_stages_make() {
    let mut linking = 0;
    for (policy, text) in POLICIES {
        let native = |arch: &&Arch| {
            arch.audit == NATIVE_ARCH && usize::from(arch.bits) == usize::BITS as usize
        };
        let arch = ARCHES.iter().find(native).expect("a native arch");
        let draft = draft(&parsed(text), arch, cfg!(debug_assertions)).expect("a program");
        let linked = linked(&draft);
        linking += draft.len() - linked.len();
        let expanded = policy.instructions().iter();
        let expanded: Vec<Plain> = expanded
            .map(|i| Plain {
                code: i.code,
                jt: i.jt,
                jf: i.jf,
                k: i.k,
            })
            .collect();
        assert_eq!(expanded, linked, "{text}");
    }
    assert!(linking > 0, "some of them have masks without an upper half");
}
