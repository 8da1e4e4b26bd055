//! `include`: policies that are made of several files.

use crate::diagnostic::Report;
use crate::parse::parse;
use crate::policy::{Policy, Setting, Settings};
use crate::token::{Loc, Token};

/// Where the files come from: this crate reads none itself.
pub trait Files {
    /// Reads the file that an `include = "path"` at `at` names. A path is relative to the file in which that stands, or to the
    /// package's root where it stands in none.
    ///
    /// # Errors
    ///
    /// Why there is no such policy, for the user.
    fn read(&mut self, path: &str, at: Loc) -> Result<File, String>;
}

/// A policy file.
#[derive(Debug)]
pub struct File {
    /// What tells it from others: one file has one name, whatever path led to it.
    pub name: String,
    /// Its tokens.
    pub tokens: Vec<Token>,
}

/// No files: every `include` is an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&mut self, path: &str, _: Loc) -> Result<File, String> {
        Err(format!("`{path}` can't be read here"))
    }
}

/// Parses a policy and all that it includes.
pub fn parse_all(tokens: &[Token], files: &mut dyn Files, report: &mut Report) -> Policy {
    let mut policy = parse(tokens, report);
    let mut open = Vec::new();
    include(&mut policy, files, &mut open, report);
    policy
}

/// Replaces the includes of `policy` by what they name. `open` are the files that are being read.
fn include(
    policy: &mut Policy,
    files: &mut dyn Files,
    open: &mut Vec<String>,
    report: &mut Report,
) {
    for include in core::mem::take(&mut policy.settings.includes) {
        let file = match files.read(&include.value, include.span.last) {
            Ok(file) => file,
            Err(message) => {
                report.error(include.span, message);
                continue;
            }
        };
        if open.contains(&file.name) {
            report.error(
                include.span,
                format!(
                    "`{}` includes itself: {} → {}",
                    file.name,
                    open.join(" → "),
                    file.name
                ),
            );
            continue;
        }
        let mut included = parse(&file.tokens, report);
        open.push(file.name);
        self::include(&mut included, files, open, report);
        open.pop();
        merge(policy, included, report);
    }
}

/// Adds an included policy to the one that includes it; no setting may be said by both.
fn merge(policy: &mut Policy, included: Policy, report: &mut Report) {
    policy.rules.extend(included.rules);
    policy.forbids.extend(included.forbids);
    policy.hot.extend(included.hot);
    policy.entries.extend(included.entries);
    let Settings {
        default,
        debug_default,
        foreign,
        unknown,
        baseline,
        includes: _,
        flags,
        report: reporter,
        record,
        optimize,
        on_error,
        waivers,
        krate,
    } = included.settings;
    let settings = &mut policy.settings;
    one(&mut settings.default, default, "default", report);
    one(
        &mut settings.debug_default,
        debug_default,
        "debug_default",
        report,
    );
    one(&mut settings.foreign, foreign, "foreign", report);
    one(&mut settings.unknown, unknown, "unknown", report);
    one(&mut settings.baseline, baseline, "baseline", report);
    one(&mut settings.report, reporter, "report", report);
    one(&mut settings.record, record, "record", report);
    one(&mut settings.optimize, optimize, "optimize", report);
    one(&mut settings.on_error, on_error, "on_error", report);
    one(&mut settings.krate, krate, "crate", report);
    settings.flags.extend(flags);
    settings.waivers.extend(waivers);
}

fn one<T>(
    slot: &mut Option<Setting<T>>,
    included: Option<Setting<T>>,
    word: &str,
    report: &mut Report,
) {
    let Some(included) = included else {
        return;
    };
    if slot.is_some() {
        let message = format!("`{word}` is said here and in what this is included by");
        report.error(included.span, message);
    } else {
        *slot = Some(included);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::lex;
    use std::collections::BTreeMap;

    /// Files in memory, whose paths all count from one root.
    struct Memory(BTreeMap<&'static str, &'static str>);

    impl Files for Memory {
        fn read(&mut self, path: &str, _: Loc) -> Result<File, String> {
            let text = self.0.get(path).ok_or(format!("no `{path}`"))?;
            Ok(File {
                name: path.to_owned(),
                tokens: lex(text, 1000).unwrap().tokens,
            })
        }
    }

    fn parsed(text: &str, files: &[(&'static str, &'static str)]) -> (Policy, Vec<String>) {
        let mut files = Memory(files.iter().copied().collect());
        let mut report = Report::default();
        let policy = parse_all(&lex(text, 0).unwrap().tokens, &mut files, &mut report);
        let messages = report.into_diagnostics().into_iter().map(|d| d.message);
        (policy, messages.collect())
    }

    #[test]
    fn included_rules_and_settings_are_the_policys_own() {
        let (policy, messages) = parsed(
            "include = \"a\", allow(read)",
            &[
                ("a", "allow(write), include = \"b\""),
                ("b", "hot(write), default = log"),
            ],
        );
        assert_eq!(messages, Vec::<String>::new());
        assert_eq!(policy.rules.len(), 2);
        assert_eq!(policy.hot.len(), 1);
        assert!(policy.settings.default.is_some());
        assert_eq!(
            policy.entries.join(", "),
            "allow(read), allow(write), hot(write), default = log"
        );
    }

    #[test]
    fn what_can_go_wrong() {
        for (text, files, want) in [
            ("include = \"a\"", &[][..], "no `a`"),
            (
                "include = \"a\"",
                &[("a", "include = \"b\""), ("b", "include = \"a\"")][..],
                "`a` includes itself: a → b → a",
            ),
            (
                "include = \"a\", default = log",
                &[("a", "default = allow")][..],
                "`default` is said here and in what this is included by",
            ),
        ] {
            assert_eq!(parsed(text, files).1, [want], "{text}");
        }
    }
}
