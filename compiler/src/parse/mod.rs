//! From tokens to a [`Policy`]: the grammar, and nothing that needs to know a syscall.
//!
//! Entries are cut at the commas first, so that a mistake in one of them hides none in the next.

mod condition;
mod cursor;
mod settings;

use crate::action::{Data, Verb};
use crate::arch::NO_CALL;
use crate::data::Table;
use crate::diagnostic::Report;
use crate::nearest::{did_you_mean, did_you_mean_or_all};
use crate::policy::{Action, Expression, Minus, Name, Pattern, Policy, Rule, Target, Value};
use crate::token::{self, Delimiter, Span, Token, Tree};

use cursor::{Cursor, length_until, split, starts_with};

/// What an entry may begin with, besides a verb.
pub const SETTINGS: [&str; 16] = [
    "default",
    "debug_default",
    "foreign",
    "unknown",
    "baseline",
    "include",
    "forbid",
    "arch",
    "flags",
    "report",
    "record",
    "optimize",
    "hot",
    "on_error",
    "waive",
    "crate",
];

/// Parses a policy. What is wrong goes to `report`; the policy returned holds what could be read.
pub fn parse(tokens: &[Token], report: &mut Report) -> Policy {
    let mut policy = Policy::default();
    for entry in split(tokens) {
        if entry.first().and_then(Token::ident) != Some("include") {
            policy.entries.push(token::text(entry));
        }
        entry_into(&mut policy, entry, report);
    }
    policy
}

fn entry_into(policy: &mut Policy, tokens: &[Token], report: &mut Report) {
    let mut cursor = Cursor::new(tokens);
    let Some(first) = cursor.next() else {
        return;
    };
    let Some(word) = first.ident() else {
        report.error(
            first.loc,
            format!("expected a verb or a setting, found `{first}`"),
        );
        return;
    };
    if let Some(verb) = Verb::from_name(word) {
        if let Some(inner) = cursor.parentheses(&format!("`{word}`"), report) {
            let rules = actions(verb, first, inner, report);
            policy.rules.extend(rules);
            cursor.expect_end(report);
        }
        return;
    }
    match word {
        "forbid" => {
            if let Some(inner) = cursor.parentheses("`forbid`", report) {
                policy.forbids.extend(patterns(inner, report));
                cursor.expect_end(report);
            }
        }
        "hot" => {
            if let Some(inner) = cursor.parentheses("`hot`", report) {
                policy.hot.extend(hot(inner, first, report));
                cursor.expect_end(report);
            }
        }
        "arch" => {
            if let Some(inner) = cursor.parentheses("`arch`", report) {
                policy.rules.extend(arch(inner, first, report));
                cursor.expect_end(report);
            }
        }
        _ if SETTINGS.contains(&word) => {
            settings::setting(&mut policy.settings, word, tokens, &mut cursor, report);
        }
        _ => {
            let names = Verb::ALL.map(Verb::name).into_iter().chain(SETTINGS);
            let mut hint = did_you_mean(word, names);
            if hint.is_empty() {
                hint = match cursor.peek() {
                    Some(next) if next.is_punct('=') => one_of("a setting", &SETTINGS),
                    _ => one_of("a verb", &Verb::ALL.map(Verb::name)),
                };
            }
            report.error(
                first.loc,
                format!("`{word}` is no verb and no setting{hint}"),
            );
        }
    }
}

/// `; a verb is one of …`.
fn one_of(what: &str, names: &[&str]) -> String {
    format!("; {what} is one of `{}`", names.join("`, `"))
}

/// The rules of one `verb(value: rule, …)`, from what stands in its parentheses.
fn actions(verb: Verb, name: &Token, inner: &[Token], report: &mut Report) -> Vec<Rule> {
    let (value, rest) = match value_before_colon(inner) {
        Some((value, rest)) => (Some(value), rest),
        None => (None, inner),
    };
    let Some(action) = action(verb, name.loc.into(), value, report) else {
        return Vec::new();
    };
    if split(rest).is_empty() {
        report.error(
            name.loc,
            format!("`{}` has no rule: write the calls it is for", verb.name()),
        );
    }
    let rule = |pattern| Rule {
        action: action.clone(),
        pattern,
        tables: None,
    };
    patterns(rest, report).into_iter().map(rule).collect()
}

/// `value :` at the front of a verb's parentheses, and what follows.
fn value_before_colon(inner: &[Token]) -> Option<(&[Token], &[Token])> {
    // A path's colons come in pairs.
    let ends = |t: &[Token]| t[0].is_punct(',') || t[0].is_punct(':') && !starts_with(t, "::");
    let (value, behind) = inner.split_at(length_until(inner, ends));
    let (colon, rest) = behind.split_first()?;
    colon.is_punct(':').then_some((value, rest))
}

/// A verb with the value that was written for it, if the two go together.
fn action(verb: Verb, span: Span, value: Option<&[Token]>, report: &mut Report) -> Option<Action> {
    let name = verb.name();
    let value = match (verb.data(), value) {
        (Data::Required, None) => {
            report.error(
                span,
                format!("`{name}` needs a value: write `{name}(EPERM: …)` for rules, `{name}(EPERM)` as a setting"),
            );
            return None;
        }
        (Data::None, Some(tokens)) => {
            let at = Span::of(tokens).unwrap_or(span);
            report.error(at, format!("`{name}` takes no value"));
            return None;
        }
        (_, Some(tokens)) => {
            let Some(expression) = Expression::new(tokens) else {
                report.error(span, format!("the value of `{name}` is missing"));
                return None;
            };
            let range = verb.range();
            let fits = |n: u64| u32::try_from(n).is_ok_and(|n| range.contains(&n));
            if expression.integer().is_some_and(|n| !fits(n)) {
                report.error(
                    expression.span,
                    format!(
                        "the value of `{name}` must be between {} and {}",
                        range.start(),
                        range.end()
                    ),
                );
                return None;
            }
            Some(Value::Expression(expression))
        }
        (_, None) => None,
    };
    Some(Action { verb, value, span })
}

fn patterns(tokens: &[Token], report: &mut Report) -> Vec<Pattern> {
    split(tokens)
        .into_iter()
        .filter_map(|tokens| pattern(tokens, report))
        .collect()
}

/// The calls of `hot(…)`.
fn hot(inner: &[Token], name: &Token, report: &mut Report) -> Vec<Pattern> {
    if split(inner).is_empty() {
        report.error(
            name.loc,
            "`hot` is empty: name the calls that the program makes most, such as `hot(read, futex)`",
        );
    }
    let mut named = patterns(inner, report);
    named.retain(|pattern| {
        let by_number = matches!(pattern.target, Target::Number(_));
        if by_number || pattern.condition.is_some() {
            report.error(
                pattern.span,
                "`hot` takes the names of calls and sets alone: no condition, and no number",
            );
        }
        !by_number && pattern.condition.is_none()
    });
    named
}

/// `syscall(…)`, `syscall(NR)` or `@set - …`.
fn pattern(tokens: &[Token], report: &mut Report) -> Option<Pattern> {
    let mut cursor = Cursor::new(tokens);
    let first = cursor.next()?;
    let mut condition = None;
    let target = if first.is_punct('@') {
        set(&mut cursor, first, report)?
    } else if let Some(word) = first.ident() {
        let name = Name {
            text: word.to_owned(),
            span: first.loc.into(),
        };
        match cursor.peek().and_then(|t| t.group(Delimiter::Parenthesis)) {
            Some(inner) => {
                cursor.next();
                if word == "syscall" {
                    Target::Number(number(inner, first, report)?)
                } else {
                    condition = Some(condition::conditions(inner, first, report)?);
                    Target::Name(name)
                }
            }
            None => Target::Name(name),
        }
    } else {
        let hint = match &first.tree {
            Tree::Literal(text) => format!("; write `syscall({text})` for a bare number"),
            _ => String::new(),
        };
        report.error(
            first.loc,
            format!("expected a syscall or an `@set`, found `{first}`{hint}"),
        );
        return None;
    };
    cursor.expect_end(report).then(|| Pattern {
        target,
        condition,
        text: token::text(tokens),
        span: Span::of(tokens).unwrap_or_default(),
    })
}

/// The number in `syscall(NR)`.
fn number(inner: &[Token], name: &Token, report: &mut Report) -> Option<u32> {
    let span = Span::of(inner).unwrap_or_else(|| name.loc.into());
    let literal = match inner {
        [token] => integer(token),
        _ => None,
    };
    let message = match literal.map(u32::try_from) {
        Some(Ok(number)) if number != NO_CALL => return Some(number),
        Some(_) => "a syscall number has 32 bits, and -1 is none",
        None => "`syscall` takes one bare number, such as `syscall(425)`",
    };
    report.error(span, message);
    None
}

/// `name - member - @other`, after the `@`.
fn set(cursor: &mut Cursor<'_>, at: &Token, report: &mut Report) -> Option<Target> {
    let set = set_name(cursor, at, report)?;
    let mut minus = Vec::new();
    while let Some(sign) = cursor.peek().filter(|t| t.is_punct('-')) {
        cursor.next();
        match cursor.peek() {
            Some(t) if t.is_punct('@') => {
                cursor.next();
                minus.push(Minus::Set(set_name(cursor, t, report)?));
            }
            Some(t) if t.ident().is_some() => {
                cursor.next();
                minus.push(Minus::Name(Name {
                    text: t.ident().unwrap_or_default().to_owned(),
                    span: t.loc.into(),
                }));
            }
            other => {
                let loc = other.map_or(sign.loc, |t| t.loc);
                report.error(
                    loc,
                    "expected a syscall or an `@set` to take away after `-`",
                );
                return None;
            }
        }
    }
    if let Some(token) = cursor
        .peek()
        .filter(|t| t.group(Delimiter::Parenthesis).is_some())
    {
        report.error(
            token.loc,
            "a set takes no conditions: write the calls they are for one by one",
        );
        return None;
    }
    Some(Target::Set { set, minus })
}

/// A set's name, the cursor standing behind its `@`.
fn set_name(cursor: &mut Cursor<'_>, at: &Token, report: &mut Report) -> Option<Name> {
    let length = token::set_name_length(cursor.rest());
    let words = &cursor.rest()[..length];
    let Some(last) = words.last() else {
        report.error(at.loc, "expected the name of a set after `@`");
        return None;
    };
    cursor.skip(length);
    Some(Name {
        text: words.iter().map(Token::to_string).collect(),
        span: Span {
            first: at.loc,
            last: last.loc,
        },
    })
}

/// The rules of `arch(name, … : verb(…), …)`, from what stands in its parentheses.
fn arch(inner: &[Token], name: &Token, report: &mut Report) -> Vec<Rule> {
    let Some(colon) = inner.iter().position(|t| t.is_punct(':')) else {
        report.error(
            name.loc,
            "`arch` needs names and actions: write `arch(x86_64, i686: allow(…))`",
        );
        return Vec::new();
    };
    let mut tables = Vec::new();
    for tokens in split(&inner[..colon]) {
        let [token] = tokens else {
            let span = Span::of(tokens).unwrap_or_else(|| name.loc.into());
            report.error(span, "expected the name of an arch");
            continue;
        };
        let word = token.ident().unwrap_or_default();
        match Table::from_name(word) {
            Some(table) if tables.contains(&table) => {
                report.error(token.loc, format!("`{word}` is named twice"));
            }
            Some(table) => tables.push(table),
            None => {
                let names = Table::ALL.map(Table::name);
                let hint = did_you_mean_or_all(word, &names);
                report.error(token.loc, format!("`{token}` is no arch{hint}"));
            }
        }
    }
    if split(&inner[..colon]).is_empty() {
        report.error(name.loc, "`arch` names no arch before its `:`");
    }
    let mut rules = Vec::new();
    for entry in split(&inner[colon + 1..]) {
        let mut cursor = Cursor::new(entry);
        let Some(first) = cursor.next() else {
            continue;
        };
        let Some(verb) = first.ident().and_then(Verb::from_name) else {
            report.error(first.loc, format!("expected a verb, found `{first}`"));
            continue;
        };
        let what = format!("`{}`", verb.name());
        if let Some(inner) = cursor.parentheses(&what, report) {
            rules.extend(actions(verb, first, inner, report));
            cursor.expect_end(report);
        }
    }
    if split(&inner[colon + 1..]).is_empty() {
        report.error(name.loc, "`arch` has no action after its `:`");
    }
    for rule in &mut rules {
        rule.tables = Some(tables.clone());
    }
    rules
}

/// The value of an integer literal, whatever its base, underscores and suffix.
pub fn integer(token: &Token) -> Option<u64> {
    let Tree::Literal(text) = &token.tree else {
        return None;
    };
    let text = text.replace('_', "");
    let (radix, digits) = match text.get(..2) {
        Some("0x") => (16, &text[2..]),
        Some("0o") => (8, &text[2..]),
        Some("0b") => (2, &text[2..]),
        _ => (10, &text[..]),
    };
    let suffixes = [
        "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize",
    ];
    let bare = suffixes
        .iter()
        .find_map(|s| digits.strip_suffix(s))
        .unwrap_or(digits);
    u64::from_str_radix(bare, radix).ok()
}

#[cfg(test)]
mod tests;
