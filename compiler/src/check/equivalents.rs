//! Which calls do what another one does.

use crate::data::FAMILIES;

/// Calls that do the same under several names, beside the variants of the tables (time64, uid32 and their like).
const EQUIVALENT: [&[&str]; 59] = [
    &["open", "openat", "openat2", "creat"],
    &["clone", "clone3", "fork", "vfork"],
    &["execve", "execveat"],
    &[
        "kill",
        "tkill",
        "tgkill",
        "pidfd_send_signal",
        "rt_sigqueueinfo",
        "rt_tgsigqueueinfo",
    ],
    &["chmod", "fchmod", "fchmodat", "fchmodat2"],
    &["chown", "lchown", "fchown", "fchownat"],
    &["rename", "renameat", "renameat2"],
    &["link", "linkat"],
    &["symlink", "symlinkat"],
    &["unlink", "unlinkat"],
    &["rmdir", "unlinkat"],
    &["mkdir", "mkdirat"],
    &["mknod", "mknodat"],
    &["mprotect", "pkey_mprotect"],
    &["accept", "accept4"],
    &["dup2", "dup3"],
    &["pipe", "pipe2"],
    &["setxattr", "lsetxattr", "fsetxattr", "setxattrat"],
    &[
        "removexattr",
        "lremovexattr",
        "fremovexattr",
        "removexattrat",
    ],
    &["truncate", "truncate64", "ftruncate", "ftruncate64"],
    &["mount", "move_mount", "fsmount"],
    &["init_module", "finit_module"],
    &["stat", "newfstatat", "fstatat64", "statx"],
    &["lstat", "newfstatat", "fstatat64", "statx"],
    &["access", "faccessat", "faccessat2"],
    &["readlink", "readlinkat"],
    &["getdents", "getdents64", "readdir"],
    &["utime", "utimes", "futimesat", "utimensat"],
    &["getxattr", "lgetxattr", "fgetxattr", "getxattrat"],
    &["listxattr", "llistxattr", "flistxattr", "listxattrat"],
    &["setrlimit", "prlimit64"],
    &["settimeofday", "clock_settime", "stime"],
    &["adjtimex", "clock_adjtime"],
    &["kexec_load", "kexec_file_load"],
    &["quotactl", "quotactl_fd"],
    &["sched_setscheduler", "sched_setparam", "sched_setattr"],
    &["setpriority", "nice"],
    &["read", "readv", "pread64", "preadv", "preadv2"],
    &["write", "writev", "pwrite64", "pwritev", "pwritev2"],
    &["sendto", "send", "sendmsg", "sendmmsg"],
    &["recvfrom", "recv", "recvmsg", "recvmmsg"],
    &["setuid", "setreuid", "setresuid"],
    &["setgid", "setregid", "setresgid"],
    &["rt_sigaction", "sigaction", "signal"],
    &["rt_sigprocmask", "sigprocmask", "ssetmask"],
    &["ioperm", "iopl"],
    &["chroot", "fchroot"],
    &["mount_setattr", "open_tree_attr"],
    &["mlock", "mlock2"],
    &["semop", "semtimedop"],
    &["poll", "ppoll"],
    &["select", "pselect6"],
    &["epoll_create", "epoll_create1"],
    &["epoll_wait", "epoll_pwait", "epoll_pwait2"],
    &["eventfd", "eventfd2"],
    &["signalfd", "signalfd4"],
    &["inotify_init", "inotify_init1"],
    &["nanosleep", "clock_nanosleep"],
    &["waitpid", "wait4", "waitid"],
];

/// The calls that do what `name` does.
pub(super) fn equivalents(name: &str) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for group in EQUIVALENT.iter().filter(|group| group.contains(&name)) {
        found.extend(group.iter().filter(|other| **other != name));
    }
    // Those have variants of their own.
    let variants = FAMILIES.iter().filter(|family| match family.base {
        [base] => found.contains(base) && family.variant != name,
        _ => false,
    });
    let variants: Vec<&str> = variants.map(|family| family.variant).collect();
    found.extend(variants);
    for family in FAMILIES {
        if family.base.contains(&name) {
            found.push(family.variant);
        }
        if family.variant == name && family.base.len() == 1 {
            found.extend(family.base);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use crate::data;

    use super::*;

    #[test]
    fn every_name_is_a_calls() {
        for group in EQUIVALENT {
            for name in group {
                assert!(data::syscall(name).is_some(), "{name}");
            }
        }
    }
}
