//! What a baseline takes out of sets, and what that opens.

use crate::lint::Lint;
use crate::resolve::later;
use crate::select::Defaults;

use super::Checker;

impl Checker<'_, '_> {
    /// Sets that are denied or forbidden, and lose to the baseline what is then let through as unknown.
    pub(super) fn lost_to_the_baseline(&mut self, defaults: &Defaults) {
        let unknown = defaults.unknown.action.verb;
        if !unknown.permits() {
            return;
        }
        let baseline = self.names.baseline;
        let rules = self.policy.rules.iter();
        let denied = rules.filter(|rule| !rule.action.verb.permits());
        let denied = denied.map(|rule| (Some(rule), &rule.pattern, "denied"));
        let forbidden = self.policy.forbids.iter();
        let forbidden = forbidden.map(|pattern| (None, pattern, "forbidden"));
        for (rule, pattern, what) in denied.chain(forbidden) {
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
    use crate::include::NoFiles;
    use crate::lex::lex;
    use crate::{Place, analyse};

    #[test]
    fn what_a_denied_set_loses_to_the_baseline_is_open() {
        let told = |text: &str| {
            let tokens = lex(text, 0).unwrap().tokens;
            let diagnostics = analyse(&tokens, Place::Value, &mut NoFiles).diagnostics;
            let told = diagnostics.into_iter().map(|d| d.message);
            told.collect::<Vec<_>>()
        };
        for (text, want) in [
            (
                "errno(EPERM: @mount), baseline = \"5.0\", default = allow",
                "`@mount` is denied here, and `fsconfig`, `fsmount`, `fsopen`, ",
            ),
            (
                "errno(EPERM: @chown - fchown), allow(exit_group), kill_process(@mount - fsopen), baseline = \"5.0\", default = log",
                "`@mount - fsopen` is denied here, and `fsconfig`, `fsmount`, `fspick`, ",
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
}
