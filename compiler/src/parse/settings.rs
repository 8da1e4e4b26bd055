//! The settings of a policy.

use crate::action::Verb;
use crate::data::{BASELINE, Version};
use crate::diagnostic::Report;
use crate::nearest::{did_you_mean, did_you_mean_or_all};
use crate::policy::{Action, Choice, Name, Setting, Settings, Waiver, Word};
use crate::token::{self, Delimiter, Span, Token, Tree};

use super::action;
use super::cursor::{Cursor, split};

/// Reads the setting `word`, whose entry is `tokens`, the cursor standing behind the word.
pub(super) fn setting(
    settings: &mut Settings,
    word: &str,
    tokens: &[Token],
    cursor: &mut Cursor<'_>,
    report: &mut Report,
) {
    let span = Span::of(tokens).unwrap_or_default();
    match word {
        "default" => choice(&mut settings.default, word, span, cursor, report),
        "debug_default" => choice(&mut settings.debug_default, word, span, cursor, report),
        "foreign" => choice(&mut settings.foreign, word, span, cursor, report),
        "unknown" => choice(&mut settings.unknown, word, span, cursor, report),
        "baseline" => {
            let value = string(word, "6.12", cursor, report);
            if let Some(value) = value.and_then(|(text, at)| version(&text, at, report)) {
                set(&mut settings.baseline, word, value, span, report);
            }
        }
        "include" => {
            if let Some((path, _)) = string(word, "seccomp.policy", cursor, report) {
                if settings.includes.iter().any(|i| i.value == path) {
                    report.error(span, format!("`{path}` is included twice"));
                } else {
                    settings.includes.push(Setting { value: path, span });
                }
            }
        }
        "flags" => {
            let inner = cursor.parentheses("`flags`", report);
            if let Some(inner) = inner.filter(|_| cursor.expect_end(report)) {
                flags(settings, inner, span, report);
            }
        }
        "report" => {
            if cursor.expect_end(report) {
                set(&mut settings.report, word, (), span, report);
            }
        }
        "record" => one_word(&mut settings.record, word, span, cursor, report),
        "optimize" => one_word(&mut settings.optimize, word, span, cursor, report),
        "on_error" => one_word(&mut settings.on_error, word, span, cursor, report),
        "waive" => {
            let inner = cursor.parentheses("`waive`", report);
            if let Some(inner) = inner.filter(|_| cursor.expect_end(report)) {
                settings.waivers.extend(waiver(inner, span, report));
            }
        }
        _ => {
            if equals(word, cursor, report) {
                let path = cursor.rest().to_vec();
                if path.is_empty() {
                    report.error(span, "expected a path after `crate =`");
                } else {
                    set(&mut settings.krate, word, path, span, report);
                }
            }
        }
    }
}

fn set<T>(slot: &mut Option<Setting<T>>, word: &str, value: T, span: Span, report: &mut Report) {
    if slot.is_some() {
        report.error(span, format!("`{word}` is said twice"));
    } else {
        *slot = Some(Setting { value, span });
    }
}

fn equals(word: &str, cursor: &mut Cursor<'_>, report: &mut Report) -> bool {
    let found = cursor.eat_punct('=');
    if !found {
        let span = cursor.peek().map_or(cursor.before(), |t| t.loc.into());
        report.error(span, format!("expected `=` after `{word}`"));
    }
    found
}

/// `= action or action …`
fn choice(
    slot: &mut Option<Setting<Choice>>,
    word: &str,
    span: Span,
    cursor: &mut Cursor<'_>,
    report: &mut Report,
) {
    if !equals(word, cursor, report) {
        return;
    }
    let Some(action) = one_action(cursor, report) else {
        return;
    };
    let mut or: Vec<Action> = Vec::new();
    while cursor.eat_word("or") {
        let Some(next) = one_action(cursor, report) else {
            return;
        };
        if next.verb == action.verb || or.iter().any(|o| o.verb == next.verb) {
            report.error(
                next.span,
                format!("`{}` stands before this `or` already", next.verb.name()),
            );
            return;
        }
        or.push(next);
    }
    if cursor.expect_end(report) {
        set(slot, word, Choice { action, or }, span, report);
    }
}

/// `verb` or `verb(value)`.
fn one_action(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Action> {
    let Some(token) = cursor.next() else {
        report.error(cursor.before(), "expected an action");
        return None;
    };
    let word = token.ident().unwrap_or_default();
    let Some(verb) = Verb::from_name(word) else {
        let names = Verb::ALL.map(Verb::name);
        let hint = did_you_mean_or_all(word, &names);
        report.error(token.loc, format!("`{token}` is no action{hint}"));
        return None;
    };
    let value = cursor.peek().and_then(|t| t.group(Delimiter::Parenthesis));
    let mut span = Span::from(token.loc);
    if value.is_some() {
        let last = cursor.skip(1).map_or(token.loc, |t| t.loc);
        span.last = last;
    }
    action(verb, span, value, report)
}

/// `= "text"`
fn string(
    word: &str,
    example: &str,
    cursor: &mut Cursor<'_>,
    report: &mut Report,
) -> Option<(String, Span)> {
    if !equals(word, cursor, report) {
        return None;
    }
    let token = cursor.next();
    let text = token.and_then(string_literal);
    let at = token.map_or(cursor.before(), |t| t.loc.into());
    let Some(text) = text.filter(|t| !t.is_empty()) else {
        report.error(
            at,
            format!("expected a plain string: write `{word} = \"{example}\"`"),
        );
        return None;
    };
    cursor.expect_end(report).then_some((text, at))
}

/// The text of a string literal that has no escapes.
fn string_literal(token: &Token) -> Option<String> {
    let Tree::Literal(text) = &token.tree else {
        return None;
    };
    if let Some(raw) = text.strip_prefix('r') {
        return Some(
            raw.trim_matches('#')
                .strip_prefix('"')?
                .strip_suffix('"')?
                .to_owned(),
        );
    }
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('\\')).then(|| inner.to_owned())
}

fn version(text: &str, at: Span, report: &mut Report) -> Option<Version> {
    let parsed = text.split_once('.').and_then(|(major, minor)| {
        Some(Version {
            major: major.parse().ok()?,
            minor: minor.parse().ok()?,
        })
    });
    match parsed {
        Some(version) if version > BASELINE => {
            report.error(
                at,
                format!("the tables of this version of seccomptime end with Linux {BASELINE}"),
            );
            None
        }
        Some(version) => Some(version),
        None => {
            report.error(
                at,
                format!("`{text}` is no kernel version: write two numbers, such as \"6.12\""),
            );
            None
        }
    }
}

/// `= word`
fn one_word<T: Word>(
    slot: &mut Option<Setting<T>>,
    word: &str,
    span: Span,
    cursor: &mut Cursor<'_>,
    report: &mut Report,
) {
    if !equals(word, cursor, report) {
        return;
    }
    let Some(token) = cursor.next() else {
        report.error(span, format!("expected {} after `=`", words::<T>()));
        return;
    };
    let value = from_word(token, word, report);
    if let Some(value) = value.filter(|_| cursor.expect_end(report)) {
        set(slot, word, value, span, report);
    }
}

fn from_word<T: Word>(token: &Token, setting: &str, report: &mut Report) -> Option<T> {
    let found = token.ident().unwrap_or_default();
    let value = T::ALL.iter().find(|(name, _)| *name == found);
    if value.is_none() {
        let hint = did_you_mean(found, T::ALL.iter().map(|(name, _)| *name));
        report.error(
            token.loc,
            format!("`{setting}` knows {}, not `{token}`{hint}", words::<T>()),
        );
    }
    value.map(|(_, value)| *value)
}

/// "`a`, `b` or `c`"
fn words<T: Word>() -> String {
    let names: Vec<String> = T::ALL.iter().map(|(n, _)| format!("`{n}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

fn flags(settings: &mut Settings, inner: &[Token], span: Span, report: &mut Report) {
    let runs = split(inner);
    if runs.is_empty() {
        report.error(span, "`flags` is empty");
    }
    for run in runs {
        let mut cursor = Cursor::new(run);
        let Some(token) = cursor.next() else {
            continue;
        };
        let Some(flag) = from_word(token, "flags", report) else {
            continue;
        };
        if !cursor.expect_end(report) {
            continue;
        }
        if settings.flags.iter().any(|f| f.value == flag) {
            report.error(token.loc, format!("`{token}` is said twice"));
            continue;
        }
        settings.flags.push(Setting {
            value: flag,
            span: token.loc.into(),
        });
    }
}

/// `lint in rule: "reason"`
fn waiver(inner: &[Token], span: Span, report: &mut Report) -> Option<Waiver> {
    let usage = "write `waive(lint: \"reason\")` or `waive(lint in rule: \"reason\")`";
    let mut cursor = Cursor::new(inner);
    let Some(lint) = cursor.next() else {
        report.error(span, format!("`waive` is empty: {usage}"));
        return None;
    };
    let Some(name) = lint.ident() else {
        report.error(
            lint.loc,
            format!("expected a lint, found `{lint}`: {usage}"),
        );
        return None;
    };
    let lint = Name {
        text: name.to_owned(),
        span: lint.loc.into(),
    };
    let mut rule = None;
    if cursor.eat_word("in") {
        let rest = cursor.rest();
        let end = rest
            .iter()
            .position(|t| t.is_punct(':'))
            .unwrap_or(rest.len());
        let Some(span) = Span::of(&rest[..end]) else {
            report.error(
                cursor.before(),
                format!("expected a rule after `in`: {usage}"),
            );
            return None;
        };
        cursor.skip(end);
        rule = Some(Name {
            text: token::text(&rest[..end]),
            span,
        });
    }
    if !cursor.eat_punct(':') {
        report.error(lint.span, format!("a waiver needs a reason: {usage}"));
        return None;
    }
    let reason = cursor.next();
    let text = reason
        .and_then(string_literal)
        .filter(|t| !t.trim().is_empty());
    let Some(text) = text else {
        let at = reason.map_or(lint.span, |t| t.loc.into());
        report.error(at, format!("expected a reason as a plain string: {usage}"));
        return None;
    };
    cursor.expect_end(report).then_some(Waiver {
        lint,
        rule,
        reason: text,
        span,
    })
}
