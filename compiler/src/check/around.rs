//! Ways for what is forbidden that are no calls of the arch's own: another ABI, and a kernel that lacks the action which keeps it out.

use crate::action::Verb;
use crate::data::Table;
use crate::policy::{Action, Pattern};
use crate::select::Defaults;

use super::verdict::{Verdict, Verdicts};
use super::{Checker, replacements};

impl<'p> Checker<'_, 'p> {
    /// What is forbidden and let in all the same on a table.
    pub(super) fn ways_around(
        &mut self,
        defaults: &'p Defaults,
        verdicts: &Verdicts<'p>,
        table: Table,
    ) {
        let foreign = &defaults.foreign.action;
        let looser: Vec<(Action, Action)> = replacements(defaults)
            .into_iter()
            .filter(|(action, or)| action.verb >= Verb::Errno && or.verb < Verb::Errno)
            .collect();
        for forbid in &self.names.forbids {
            let pattern = forbid.written;
            let calls = forbid.calls.iter();
            let met: Vec<_> = calls
                .filter_map(|call| verdicts.call(*call, table, defaults))
                .collect();
            // What is let in anyway is told as that.
            let is_kept = |verdict: &Verdict<'_>| verdict.kept_by().next().is_some();
            if met.is_empty() || !met.iter().all(is_kept) {
                continue;
            }
            let text = &pattern.text;
            if foreign.verb < Verb::Errno {
                self.report.error(
                    pattern.span,
                    format!("`{text}` is forbidden, and `foreign = {foreign}` lets it in through another ABI: leave `foreign` out, and that is killed"),
                );
            }
            for (action, or) in &looser {
                if met
                    .iter()
                    .any(|verdict| is_replaced(verdict, pattern, action))
                {
                    self.report.error(
                        or.span,
                        format!("`{text}` is forbidden, and on a kernel that lacks `{action}` this lets it in: leave it out, or deny that call by a rule of its own with `errno`"),
                    );
                }
            }
        }
    }
}

/// Whether the action keeps the forbidden thing out.
fn is_replaced(verdict: &Verdict<'_>, forbidden: &Pattern, action: &Action) -> bool {
    let mut branches = verdict.branches.iter();
    let same = branches.any(|rule| {
        let verb = rule.action.verb;
        let by_another = verb >= Verb::Errno && verb != action.verb;
        by_another && rule.pattern.condition == forbidden.condition
    });
    !same && verdict.kept_by().any(|verb| verb == action.verb)
}

#[cfg(test)]
mod tests {
    use crate::Place;
    use crate::check::told::{everywhere, messages};

    #[test]
    fn what_is_forbidden_comes_in_no_other_way() {
        let told = |text: &str| messages(everywhere(Place::Value, text));
        for (text, want) in [
            (
                "allow(exit_group), forbid(execve), foreign = allow, waive(open_foreign: \"a test\")",
                "`execve` is forbidden, and `foreign = allow` lets it in through another ABI",
            ),
            (
                "allow(exit_group), forbid(@mount), foreign = notify",
                "`@mount` is forbidden, and `foreign = notify` lets it in",
            ),
            (
                "allow(exit_group), forbid(execve), default = kill_process or allow, waive(looser_fallback: \"a test\")",
                "`execve` is forbidden, and on a kernel that lacks `kill_process` this lets it in",
            ),
            (
                "allow(exit_group, kill(sig == 15)), forbid(kill(sig == 9)), default = kill_process or log, waive(looser_fallback: \"a test\")",
                "`kill(sig == 9)` is forbidden, and on a kernel that lacks `kill_process` this",
            ),
        ] {
            let told = told(text);
            assert!(
                told.len() == 1 && told[0].starts_with(want),
                "{text}: {told:?}"
            );
        }
        for text in [
            "allow(exit_group), forbid(execve), foreign = errno(ENOSYS)",
            "allow(exit_group), forbid(execve), default = kill_process or errno(EPERM), waive(looser_fallback: \"a test\")",
            "allow(exit_group), errno(EPERM: execve, execveat), forbid(execve), default = kill_process or allow, waive(looser_fallback: \"a test\")",
            "allow(exit_group, kill(sig == 15)), errno(EPERM: kill(sig == 9)), forbid(kill(sig == 9)), default = kill_process or log, waive(looser_fallback: \"a test\")",
        ] {
            assert_eq!(told(text), Vec::<String>::new(), "{text}");
        }
    }
}
