//! What a baseline keeps a policy from naming, and what that opens.

use crate::data;
use crate::lint::Lint;
use crate::resolve::later;
use crate::select::Defaults;

use super::Checker;

impl Checker<'_, '_> {
    /// What to do about open calls: `add`, for those that the policy can name.
    pub(super) fn instead(&self, calls: &[&str], add: impl FnOnce(&[&str]) -> String) -> String {
        let baseline = self.names.baseline;
        let came = |name: &&str| data::syscall(name).is_none_or(|s| s.since <= baseline);
        let (known, later): (Vec<&str>, Vec<&str>) = calls.iter().copied().partition(came);
        if later.is_empty() {
            return add(&known);
        }
        let raise = format!(
            "as `{}` came after the baseline {baseline}, raise that, or write `unknown = errno(ENOSYS)`",
            later.join("`, `")
        );
        match known.is_empty() {
            true => raise,
            false => format!("{}; and {raise}", add(&known)),
        }
    }

    /// Sets that are denied or forbidden, and lose to the baseline what is then let through as unknown.
    pub(super) fn lost_to_the_baseline(&mut self, defaults: &Defaults) {
        let unknown = defaults.unknown.action.verb;
        if !unknown.permits() {
            return;
        }
        let baseline = self.names.baseline;
        for (rule, pattern) in self.policy.patterns() {
            let what = match rule {
                Some(rule) if rule.action.verb.permits() => continue,
                Some(_) => "denied",
                None => "forbidden",
            };
            let later = later(pattern, baseline);
            if later.is_empty() {
                continue;
            }
            let message = format!(
                "`{}` is {what} here, and `{}` of it came after the baseline {baseline}, so that `unknown` lets that through: raise `baseline`, or write `unknown = errno(ENOSYS)`",
                pattern.text,
                later.join("`, `")
            );
            match rule {
                Some(_) => self.lint(Lint::OpenUnknown, rule, pattern.span, &message),
                // A name that came later, or its number, can't be forbidden so either.
                None => self.report.error(pattern.span, message),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Place;
    use crate::check::told::{everywhere, messages, told};

    #[test]
    fn what_a_denied_set_loses_to_the_baseline_is_open() {
        let told = |text: &str| messages(everywhere(Place::Value, text));
        for (text, want) in [
            (
                "errno(EPERM: @mount), baseline = \"5.0\", default = allow",
                "`@mount` is denied here, and `fchroot`, `fsconfig`, `fsmount`, `fsopen`, ",
            ),
            (
                "errno(EPERM: @chown - fchown), allow(exit_group), kill_process(@mount - fsopen), baseline = \"5.0\", default = log",
                "`@mount - fsopen` is denied here, and `fchroot`, `fsconfig`, `fsmount`, `fspick`, ",
            ),
            (
                "allow(exit_group), forbid(@mount), baseline = \"5.0\", unknown = allow, waive(open_unknown: \"a test\")",
                "`@mount` is forbidden here, and ",
            ),
        ] {
            let told = told(text);
            assert!(
                told.iter().any(|told| told.contains(want)),
                "{text}: {told:?}"
            );
        }
        for text in [
            "errno(EPERM: @chown), baseline = \"5.0\", default = allow",
            "errno(EPERM: @mount), baseline = \"5.0\", default = allow, unknown = errno(ENOSYS)",
            "errno(EPERM: @mount), baseline = \"5.0\", default = allow, waive(open_unknown in @mount: \"a test\")",
            "errno(EPERM: @mount), default = allow",
            "allow(@mount, exit_group), baseline = \"5.0\", default = log",
        ] {
            assert_eq!(told(text), Vec::<String>::new(), "{text}");
        }
    }

    /// What the baseline lacks a policy can't name, so that no such thing is advised; what is advised does it.
    #[test]
    fn what_is_advised_can_be_written() {
        let mount = "errno(EPERM: mount), default = allow, errno(ENOSYS: syscall(425), syscall(426), syscall(427))";
        let forbid = "kill_process(@program-start), default = allow, forbid(execve), errno(ENOSYS: syscall(425), syscall(426))";
        let uring = "errno(EPERM: open, openat, creat), default = allow";
        for (text, baseline, want) in [
            (
                mount,
                "4.20",
                "`fsmount`, `move_mount` do the same and are open: as `fsmount`, `move_mount` came after the baseline 4.20, raise that, or write `unknown = errno(ENOSYS)`",
            ),
            (
                mount,
                "7.0",
                "`fsmount`, `move_mount` do the same and are open: add `fsmount`, `move_mount` beside `mount`",
            ),
            (
                "errno(EPERM: chmod), default = allow, errno(ENOSYS: syscall(425), syscall(426))",
                "5.0",
                "`fchmod`, `fchmodat`, `fchmodat2` do the same and are open: add `fchmod`, `fchmodat` beside `chmod`; and as `fchmodat2` came after the baseline 5.0, raise that, or write `unknown = errno(ENOSYS)`",
            ),
            (
                forbid,
                "3.10",
                "`execveat`, which `unknown = allow` lets in, does the same: as `execveat` came after the baseline 3.10, raise that, or write `unknown = errno(ENOSYS)`",
            ),
            (
                forbid,
                "3.19",
                "`execveat`, which the default `allow` lets in, does the same: add `errno(ENOSYS: execveat)`",
            ),
            (
                uring,
                "5.0",
                "connects past any filter; as `io_uring_setup`, `io_uring_enter`, `io_uring_register` came after the baseline 5.0, raise that, or write `unknown = errno(ENOSYS)`",
            ),
            (
                uring,
                "5.1",
                "connects past any filter; add `errno(ENOSYS: io_uring_setup, io_uring_enter, io_uring_register)`",
            ),
        ] {
            let text = format!("{text}, baseline = \"{baseline}\"");
            let told_first = told(&text, "x86_64");
            let wants = |told: &String| told.contains(want);
            assert!(told_first.iter().any(wants), "{text}: {told_first:?}");
            let followed = format!("{text}, unknown = errno(ENOSYS)");
            let stays = told(&followed, "x86_64").iter().any(wants);
            assert_eq!(stays, !want.contains("came after"), "{followed}");
        }
    }
}
