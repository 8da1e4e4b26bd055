//! io_uring: what a ring does goes past any filter.

use crate::data::Table;
use crate::lint::Lint;
use crate::select::Defaults;

use super::Checker;
use super::verdict::{Verdict, Verdicts};

/// The calls that an io_uring is used through.
const IO_URING: [&str; 2] = ["io_uring_setup", "io_uring_enter"];

/// All that io_uring has.
const CALLS: [&str; 3] = ["io_uring_setup", "io_uring_enter", "io_uring_register"];

/// What a ring does in place of these calls: `IORING_OP_…`, include/uapi/linux/io_uring.h.
const RING_CALLS: [&str; 68] = [
    "open",
    "openat",
    "openat2",
    "creat",
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "preadv",
    "pwritev",
    "preadv2",
    "pwritev2",
    "close",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "fallocate",
    "ftruncate",
    "fadvise64",
    "madvise",
    "splice",
    "tee",
    "pipe",
    "pipe2",
    "socket",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "send",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "recv",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "shutdown",
    "setsockopt",
    "getsockopt",
    "getsockname",
    "getpeername",
    "statx",
    "setxattr",
    "fsetxattr",
    "getxattr",
    "fgetxattr",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "mkdir",
    "mkdirat",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "poll",
    "epoll_ctl",
    "epoll_wait",
    "futex",
    "futex_wait",
    "futex_wake",
    "waitid",
];

impl<'p> Checker<'_, 'p> {
    /// A ring that goes through under a policy that restricts what it does, and not for a debug build's default alone, which is for finding out what
    /// the program does.
    pub(super) fn rings(&mut self, defaults: &'p Defaults, verdicts: &Verdicts<'p>, table: Table) {
        let bypassed = || {
            RING_CALLS.iter().any(|name| {
                let verdict = verdicts.named(name, table, defaults);
                verdict.is_some_and(|verdict| !verdict.is_open())
            })
        };
        if defaults.default.action.verb.permits() && !bypassed() {
            return;
        }
        let shipped = Defaults::of(self.policy, false);
        // A condition sees nothing of what is done in a ring.
        let through = IO_URING.iter().find_map(|name| {
            let passes = |verdict: &Verdict<'_>| verdict.may_pass();
            verdicts.named(name, table, &shipped).filter(passes)?;
            let verdict = verdicts.named(name, table, defaults).filter(passes)?;
            Some((name, verdict))
        });
        if let Some((name, verdict)) = through {
            let instead = self.instead(&CALLS, |calls| {
                format!("add `errno(ENOSYS: {})`", calls.join(", "))
            });
            let message = format!(
                "`{name}` is open: a ring opens, reads, writes and connects past any filter; {instead}"
            );
            self.danger(Lint::IoUring, &verdict, &message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Place;
    use crate::check::told::{everywhere, messages};

    fn told(text: &str) -> Vec<String> {
        messages(everywhere(Place::Main, text))
    }

    #[test]
    fn a_ring_does_what_is_denied() {
        let allowed = "allow(@rust-main, @rust-panic)";
        for text in [
            "errno(EPERM: connect), default = allow",
            "errno(EPERM: fallocate), default = allow",
            "errno(EPERM: setsockopt), default = log",
            "errno(EPERM: waitid(which == 1)), default = allow",
            &format!("{allowed}, allow(io_uring_enter)"),
            // What is done in a ring is no argument.
            &format!(
                "{allowed}, allow(io_uring_setup(entries < 64), io_uring_enter(to_submit < 64))"
            ),
            &format!("{allowed}, errno(EPERM: connect), default = log, debug_default = log"),
        ] {
            let told = told(text);
            assert!(
                told.iter().any(|told| told.contains("a ring opens")),
                "{text}: {told:?}"
            );
        }
        for text in [
            "errno(EPERM: getpriority), default = allow",
            "allow(@rust-main, @rust-panic), errno(EPERM: connect), debug_default = log",
            "errno(EPERM: connect), errno(ENOSYS: io_uring_setup, io_uring_enter), default = allow",
        ] {
            assert_eq!(told(text), Vec::<String>::new(), "{text}");
        }
    }
}
