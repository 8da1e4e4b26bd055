//! What each case does on which kind of kernel.

use crate::guests::Class;
use seccomptime_tests::guest::{self, Case, Did};
use seccomptime_tests::support::fork::End;

/// The status of a program that couldn't be protected.
const UNPROTECTABLE: i32 = 78;
/// What a process ends with that panicked in main.
const PANICKED: i32 = 101;

/// What a case should do.
#[derive(Debug)]
pub struct Expected {
    end: End,
    /// All of it, or without a newline at its end a part of the one line.
    stdout: &'static str,
    /// What the one line on stderr says, all of it; none where there should be no line.
    stderr: &'static [&'static str],
}

const fn does(end: End, stdout: &'static str, stderr: &'static [&'static str]) -> Expected {
    Expected {
        end,
        stdout,
        stderr,
    }
}

const UNPROTECTED: &str = "user code, unprotected\nno status\n";

impl Expected {
    /// What is expected of a case on such a kernel.
    pub fn of(case: &Case, class: Class) -> Self {
        match class {
            Class::Linux => on_linux(case.name),
            Class::Gvisor => on_gvisor(case.name),
            Class::Nothing => on_nothing(case.name),
        }
    }

    /// Something that is right.
    #[cfg(test)]
    pub fn done(&self) -> Did {
        let text = |words: &str| match words {
            "" => String::new(),
            words => format!("{}\n", words.trim_end_matches('\n')),
        };
        Did {
            end: self.end,
            stdout: text(self.stdout),
            stderr: text(&self.stderr.join(" ")),
        }
    }

    /// What is wrong with what was done.
    pub fn wrong(&self, did: &Did) -> Option<String> {
        let lines = if self.stderr.is_empty() { 0 } else { 1 };
        let is_said = match self.stdout {
            whole if whole.is_empty() || whole.ends_with('\n') => did.stdout == whole,
            part => did.stdout.contains(part) && did.stdout.lines().count() == 1,
        };
        let right = did.end == self.end
            && is_said
            // A panic takes two lines, with a note.
            && (did.stderr.lines().count() == lines || self.end == End::Exited(PANICKED))
            && self.stderr.iter().all(|words| did.stderr.contains(words));
        (!right).then(|| format!("expected {self:?}, got {did:?}"))
    }
}

fn on_linux(case: &str) -> Expected {
    let printed = |text| does(End::Exited(0), text, &[]);
    match case {
        "default = kill_process" | "default = errno(EPERM)" => {
            printed("user code, filter in force\nfull; flags tsync; logging not asked for\n")
        }
        "flags(log)" => printed("user code, filter in force\nfull; flags tsync log; logged\n"),
        "no_new_privs" => {
            printed("user code, filter in force\nfull; flags tsync; logged\nNoNewPrivs:\t1\n")
        }
        "flags(keep_privs)" => {
            printed("user code, filter in force\nfull; flags tsync; logged\nNoNewPrivs:\t0\n")
        }
        "status of log" => printed("log: full; logged\n"),
        "status of log or errno(EACCES)" => printed("log_or_errno: full; logged\n"),
        "status of kill_process" => printed("kill: full; logging not asked for\n"),
        "status of flags(log, tsync)" => printed("flags: full; flags tsync log; logged\n"),
        "an unlisted call, log or errno(EACCES)" => {
            printed("log_or_errno: full; logged\nunlisted: None\n")
        }
        "an unlisted call, kill_process" => does(
            End::Killed(libc::SIGSYS),
            "kill: full; logging not asked for\n",
            &[],
        ),
        "status() in main and in a thread" => printed(
            "main: full; flags tsync; logged\nthread: full; flags tsync; logged\nlater: full; flags tsync log; logged\n\
             main: full; flags tsync; logged\n",
        ),
        "a thread from before, flags(tsync)" => {
            printed("before false, calling true, earlier true, later true\n")
        }
        "a worker alone" => {
            printed("worker true, spawned true, caller false, earlier false, later false\n")
        }
        "default = trap, report" => does(
            End::Killed(libc::SIGSYS),
            "",
            &["`socket(family", "is denied by the policy at"],
        ),
        "notify" => printed(
            "an errno is between 1 and 4095\nfull; flags new_listener; logging not asked for\nOk(4711) Err(13) Err(38) Err(38)\n",
        ),
        "arguments" => printed(guest::ARGUMENTS),
        "what the kernel offers" => printed(
            "by call: kill_process kill_thread trap errno user_notif trace log allow\n\
             by file: kill_process kill_thread trap errno user_notif trace log allow\n\
             logged: kill_process kill_thread trap errno user_notif trace log\n",
        ),
        _ => printed("user code, filter in force\nfull; flags tsync; logged\n"),
    }
}

/// It has no `log`, no `kill_process` and no flag but TSYNC: what needs one is replaced as the policy says, or doesn't run.
fn on_gvisor(case: &str) -> Expected {
    const NO_LOG: &str = "this kernel lacks `log`";
    const REFUSED: Expected = does(
        End::Exited(UNPROTECTABLE),
        "",
        &[NO_LOG, "is not protected"],
    );
    let printed = |text| does(End::Exited(0), text, &[]);
    match case {
        "default = log" | "flags(keep_privs)" => REFUSED,
        "default = log or errno(EACCES)" => printed(
            "user code, filter in force\npartial: kill_thread instead of kill_process (missing), errno(EACCES (13)) instead of log (missing); \
             flags tsync; logging not asked for\n",
        ),
        "default = kill_process" => printed(
            "user code, filter in force\npartial: kill_thread instead of kill_process (missing); flags tsync; logging not asked for\n",
        ),
        "no_new_privs" => printed(
            "user code, filter in force\npartial: kill_thread instead of kill_process (missing), allow instead of log (missing); \
             flags tsync; logging not asked for\nNoNewPrivs:\t1\n",
        ),
        "flags(log)" => does(
            End::Exited(UNPROTECTABLE),
            "",
            &["SECCOMP_SET_MODE_FILTER", NO_LOG, "is not protected"],
        ),
        "default = log, on_error = return" => {
            does(End::Exited(1), "", &["Error: MissingAction(", NO_LOG])
        }
        "default = log, on_error = panic" => {
            does(End::Exited(PANICKED), "", &[NO_LOG, "is not protected"])
        }
        "default = log, on_error = continue" => does(
            End::Exited(0),
            UNPROTECTED,
            &[NO_LOG, "is not protected and goes on"],
        ),
        "status of log" => printed(
            "log: seccomp(SECCOMP_GET_ACTION_AVAIL) answered EINVAL: this kernel lacks `log`;",
        ),
        "status of log or errno(EACCES)" => printed(LOG_IS_EACCES),
        "status of kill_process" => printed(KILLS_THE_THREAD),
        "status of flags(log, tsync)" => printed(
            "flags: seccomp(SECCOMP_SET_MODE_FILTER) answered EINVAL: this kernel lacks `log`;",
        ),
        "an unlisted call, log or errno(EACCES)" => printed(
            "log_or_errno: partial: errno(EACCES (13)) instead of log (missing); logging not asked for\nunlisted: Some(13)\n",
        ),
        "an unlisted call, kill_process" => does(End::Killed(libc::SIGSYS), KILLS_THE_THREAD, &[]),
        // What replaces `log` there refuses the thread that it would make, and std panics.
        "status() in main and in a thread" => does(
            End::Exited(PANICKED),
            "main: partial: errno(EPERM (1)) instead of log (missing); flags tsync; logging not asked for\n",
            &["Operation not permitted"],
        ),
        // The call is refused, yet SIGSYS that is blocked waits there instead of ending the process.
        "default = trap, report" => does(
            End::Exited(0),
            "",
            &["`socket(family", "is denied by the policy at"],
        ),
        "notify" => does(
            End::Exited(PANICKED),
            "",
            &["this kernel lacks `user_notif`"],
        ),
        "what the kernel offers" => printed(
            "by call: kill_thread trap errno trace allow\n\
             by file: openat of /proc/sys/kernel/seccomp/actions_avail answered ENOENT (2); it takes Linux 4.14, and /proc mounted\n\
             logged: openat of /proc/sys/kernel/seccomp/actions_logged answered ENOENT (2); it takes Linux 4.14, and /proc mounted\n",
        ),
        _ => on_linux(case),
    }
}

const LOG_IS_EACCES: &str =
    "log_or_errno: partial: errno(EACCES (13)) instead of log (missing); logging not asked for\n";
const KILLS_THE_THREAD: &str =
    "kill: partial: kill_thread instead of kill_process (missing); logging not asked for\n";

/// No program runs its user code, but where it asked to, and where it installs by hand and goes on.
fn on_nothing(case: &str) -> Expected {
    const NONE: &str = "this kernel has no filters";
    let printed = |text| does(End::Exited(0), text, &[]);
    match case {
        "default = log, on_error = return" => {
            does(End::Exited(1), "", &["Error: NoFilterMode", NONE])
        }
        "default = log, on_error = panic" => {
            does(End::Exited(PANICKED), "", &[NONE, "is not protected"])
        }
        "default = log, on_error = continue" => does(
            End::Exited(0),
            UNPROTECTED,
            &[NONE, "is not protected and goes on"],
        ),
        "status of log"
        | "status of log or errno(EACCES)"
        | "status of kill_process"
        | "status of flags(log, tsync)" => printed(NONE),
        "an unlisted call, log or errno(EACCES)" => printed(
            "log_or_errno: prctl(PR_SET_SECCOMP) answered EINVAL: this kernel has no filters; it takes CONFIG_SECCOMP_FILTER\n\
             unlisted: None\n",
        ),
        "an unlisted call, kill_process" => printed(
            "kill: prctl(PR_SET_SECCOMP) answered EINVAL: this kernel has no filters; it takes CONFIG_SECCOMP_FILTER\n\
             unlisted: None\n",
        ),
        "status() in main and in a thread" => does(
            End::Exited(0),
            "main: none\nthread: none\nlater: prctl(PR_SET_SECCOMP) answered EINVAL: this kernel has no filters\nmain: none\n",
            &[NONE, "is not protected and goes on"],
        ),
        "a thread from before, flags(tsync)" | "default = trap, report" | "notify" => {
            does(End::Exited(PANICKED), "", &["NoFilterMode", NONE])
        }
        // Files are this machine's.
        "what the kernel offers" => printed(
            "by call: \n\
             by file: kill_process kill_thread trap errno user_notif trace log allow\n\
             logged: kill_process kill_thread trap errno user_notif trace log\n",
        ),
        _ => does(End::Exited(UNPROTECTABLE), "", &[NONE, "is not protected"]),
    }
}
