//! Conditions: Rust boolean expressions over a call's arguments.
//!
//! ```text
//! any     = all { "||" all }
//! all     = one { "&&" one }
//! one     = { "!" } "(" any ")" | test
//! test    = operand ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) value
//!         | operand "in" ( "[" value { "," value } "]" | value "..=" value )
//! operand = name [ "as" type ] [ "&" value ] | "(" operand ")"
//! ```
//!
//! A value is any Rust expression that has no comparison, `&&` or `||` outside brackets.

use crate::diagnostic::Report;
use crate::nearest::did_you_mean;
use crate::policy::{Cast, Comparison, Condition, Expression, Name, Operand};
use crate::token::{self, Delimiter, Span, Token, Tree};

use super::cursor::{Cursor, split, starts_with};

/// Longest first: the first that matches is the operator.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

const CASTS: [(&str, Cast); 4] = [
    ("u32", Cast::U32),
    ("i32", Cast::I32),
    ("u64", Cast::U64),
    ("i64", Cast::I64),
];

/// All that stands in a call's parentheses; the comma is `&&`.
pub(super) fn conditions(inner: &[Token], call: &Token, report: &mut Report) -> Option<Condition> {
    let runs = split(inner);
    if runs.is_empty() {
        report.error(
            call.loc,
            format!("`{call}()` has no condition: write `{call}` for every call"),
        );
        return None;
    }
    // All of them are read, so that each one's mistake is told.
    let conditions: Vec<_> = runs.iter().map(|run| condition(run, report)).collect();
    let conditions: Option<Vec<Condition>> = conditions.into_iter().collect();
    Some(joined(conditions?, Condition::All))
}

fn joined(mut list: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match (list.len(), list.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            list.push(last);
            join(list)
        }
        (_, None) => join(list),
    }
}

/// One condition from the first token to the last.
fn condition(tokens: &[Token], report: &mut Report) -> Option<Condition> {
    let mut cursor = Cursor::new(tokens);
    let condition = any(&mut cursor, report)?;
    if let Some(token) = cursor.peek() {
        let hint = if token.is_punct('|') || token.is_punct('&') {
            "; conditions are joined by `&&` and `||`"
        } else {
            ""
        };
        report.error(
            Span::of(cursor.rest()).unwrap_or(token.loc.into()),
            format!(
                "expected `&&`, `||` or `,`, found `{}`{hint}",
                token::text(cursor.rest())
            ),
        );
        return None;
    }
    Some(condition)
}

fn any(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Condition> {
    let mut list = vec![all(cursor, report)?];
    while cursor.eat_operator("||") {
        list.push(all(cursor, report)?);
    }
    Some(joined(list, Condition::Any))
}

fn all(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Condition> {
    let mut list = vec![one(cursor, report)?];
    while cursor.eat_operator("&&") {
        list.push(one(cursor, report)?);
    }
    Some(joined(list, Condition::All))
}

fn one(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Condition> {
    if cursor.peek().is_some_and(|t| t.is_punct('!')) && !starts_with(cursor.rest(), "!=") {
        cursor.next();
        return not(cursor, report);
    }
    let Some((first, rest)) = cursor.rest().split_first() else {
        return test(cursor, report);
    };
    match first.group(Delimiter::Parenthesis) {
        // `(argument & MASK) == value`
        Some(_) if begins_test(rest) => test(cursor, report),
        Some([]) => {
            report.error(first.loc, "expected a condition in the parentheses");
            None
        }
        Some(inner) => {
            cursor.next();
            condition(inner, report)
        }
        None => test(cursor, report),
    }
}

/// What stands behind a `!`. Rust would turn the bits of a bare argument, and so would not read a test as it is meant.
fn not(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Condition> {
    let whole = match cursor.rest() {
        [bang, ..] if bang.is_punct('!') => true,
        [group, rest @ ..] => group.group(Delimiter::Parenthesis).is_some() && !begins_test(rest),
        [] => true,
    };
    let start = cursor.rest();
    let condition = one(cursor, report)?;
    if !whole {
        let tokens = &start[..start.len() - cursor.rest().len()];
        let text = token::text(tokens);
        report.error(
            Span::of(tokens).unwrap_or_default(),
            format!("`!` goes before a parenthesis: write `!({text})`"),
        );
        return None;
    }
    Some(Condition::Not(Box::new(condition)))
}

/// Whether `tokens` go on as the right side of a test does.
fn begins_test(tokens: &[Token]) -> bool {
    tokens.first().and_then(Token::ident) == Some("in")
        || !is_shift(tokens)
            && COMPARISONS
                .iter()
                .any(|(text, _)| starts_with(tokens, text))
}

fn is_shift(tokens: &[Token]) -> bool {
    starts_with(tokens, "<<") || starts_with(tokens, ">>")
}

fn test(cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Condition> {
    let left = until(cursor, |tokens| begins_test(tokens) || ends_test(tokens));
    let operand = operand(left, cursor, report)?;
    if cursor.eat_word("in") {
        return membership(operand, cursor, report);
    }
    for (text, op) in COMPARISONS {
        if cursor.eat_operator(text) {
            let right = until(cursor, |tokens| begins_test(tokens) || ends_test(tokens));
            let value = value(right, cursor, report)?;
            if begins_test(cursor.rest()) {
                report.error(
                    cursor.rest()[0].loc,
                    "comparisons can't be chained: join two of them by `&&`",
                );
                return None;
            }
            return Some(Condition::Compare { operand, op, value });
        }
    }
    let span = cursor.peek().map_or(cursor.before(), |t| t.loc.into());
    let name = &operand.name.text;
    report.error(
        span,
        format!("expected a comparison: `{name} == …`, `{name} in [..]`"),
    );
    None
}

/// `[value, …]` or `low..=high`, after `in`.
fn membership(operand: Operand, cursor: &mut Cursor<'_>, report: &mut Report) -> Option<Condition> {
    let next = cursor.peek();
    if let Some(inner) = next.and_then(|t| t.group(Delimiter::Bracket)) {
        cursor.next();
        let list: Option<Vec<_>> = split(inner).into_iter().map(Expression::new).collect();
        let list = list.filter(|list| !list.is_empty());
        if list.is_none() {
            report.error(cursor.before(), "the list is empty");
        }
        return Some(Condition::In {
            operand,
            list: list?,
        });
    }
    let low = until(cursor, |tokens| {
        starts_with(tokens, "..") || ends_test(tokens)
    });
    if cursor.eat_operator("..=") {
        let low = value(low, cursor, report)?;
        let high = until(cursor, ends_test);
        let high = value(high, cursor, report)?;
        return Some(Condition::Range { operand, low, high });
    }
    let span = cursor.peek().map_or(cursor.before(), |t| t.loc.into());
    report.error(span, "`in` takes a list `[A, B]` or a range `A..=B`");
    None
}

/// Takes tokens up to the first place where `stop` holds.
fn until<'a>(cursor: &mut Cursor<'a>, stop: impl Fn(&[Token]) -> bool) -> &'a [Token] {
    let rest = cursor.rest();
    let mut end = 0;
    while end < rest.len() && !stop(&rest[end..]) {
        end += match generics(&rest[end..]) {
            0 if is_shift(&rest[end..]) => 2,
            0 => 1,
            length => length,
        };
    }
    cursor.skip(end);
    &rest[..end]
}

/// How many tokens a `::<…>` at the front takes, whose brackets compare nothing; 0 where there is none.
fn generics(tokens: &[Token]) -> usize {
    let [first, second, third, ..] = tokens else {
        return 0;
    };
    if !(first.is_punct(':') && second.is_punct(':') && third.is_punct('<')) {
        return 0;
    }
    let mut open = 0;
    for (i, token) in tokens.iter().enumerate() {
        let is_arrow = i > 0 && tokens[i - 1].is_punct('-');
        if token.is_punct('<') {
            open += 1;
        } else if token.is_punct('>') && !is_arrow {
            open -= 1;
            if open == 0 {
                return i + 1;
            }
        }
    }
    0
}

fn ends_test(tokens: &[Token]) -> bool {
    starts_with(tokens, "&&") || starts_with(tokens, "||")
}

fn value(tokens: &[Token], cursor: &Cursor<'_>, report: &mut Report) -> Option<Expression> {
    let value = Expression::new(tokens);
    if value.is_none() {
        report.error(cursor.before(), "expected a value after this");
    }
    value
}

/// The left side of a test.
fn operand(tokens: &[Token], cursor: &Cursor<'_>, report: &mut Report) -> Option<Operand> {
    if let [token] = tokens {
        if let Some(inner) = token.group(Delimiter::Parenthesis) {
            return operand(inner, cursor, report);
        }
    }
    let mut inner = Cursor::new(tokens);
    let Some(first) = inner.next() else {
        let span = cursor.peek().map_or(cursor.before(), |t| t.loc.into());
        report.error(span, "expected an argument's name");
        return None;
    };
    let Some(name) = first
        .ident()
        .filter(|_| matches!(first.tree, Tree::Ident(_)))
    else {
        report.error(
            Span::of(tokens).unwrap_or(first.loc.into()),
            format!(
                "expected an argument's name, found `{}`; the argument comes first, then the value",
                token::text(tokens)
            ),
        );
        return None;
    };
    let name = Name {
        text: name.to_owned(),
        span: first.loc.into(),
    };
    let mut cast = None;
    if inner.eat_word("as") {
        let token = inner.next();
        let word = token.and_then(Token::ident).unwrap_or_default();
        cast = CASTS
            .iter()
            .find(|(text, _)| *text == word)
            .map(|(_, c)| *c);
        if cast.is_none() {
            let at = token.map_or(inner.before(), |t| t.loc.into());
            let hint = did_you_mean(word, CASTS.iter().map(|(text, _)| *text));
            report.error(
                at,
                format!("an argument is compared as `u32`, `i32`, `u64` or `i64`{hint}"),
            );
            return None;
        }
    }
    let mut mask = None;
    if inner.eat_punct('&') {
        let written = value(inner.rest(), &inner, report)?;
        // These bind looser than `&`, so that Rust would read another test.
        if inner
            .rest()
            .iter()
            .any(|t| t.is_punct('|') || t.is_punct('^'))
        {
            let (name, text) = (&name.text, &written.text);
            report.error(
                written.span,
                format!("a mask of several parts stands in parentheses: write `{name} & ({text})`"),
            );
            return None;
        }
        mask = Some(written);
        inner.skip(inner.rest().len());
    }
    if let Some(token) = inner.peek().filter(|t| t.is_punct('=')) {
        report.error(token.loc, "a comparison is written `==`");
        return None;
    }
    if let Some(token) = inner.peek() {
        report.error(
            Span::of(inner.rest()).unwrap_or(token.loc.into()),
            format!(
                "`{}` can't be done to an argument: there is `{} & MASK` alone",
                token::text(inner.rest()),
                name.text
            ),
        );
        return None;
    }
    Some(Operand { name, cast, mask })
}
