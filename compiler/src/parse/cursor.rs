//! Walking over tokens.

use crate::diagnostic::Report;
use crate::token::{self, Delimiter, Span, Token, Tree};

/// A place in a run of tokens.
pub(super) struct Cursor<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(tokens: &'a [Token]) -> Cursor<'a> {
        Cursor { tokens, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn next(&mut self) -> Option<&'a Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// All that is left.
    pub(super) fn rest(&self) -> &'a [Token] {
        &self.tokens[self.at..]
    }

    /// Steps over `n` tokens and returns the last of them.
    pub(super) fn skip(&mut self, n: usize) -> Option<&'a Token> {
        self.at = (self.at + n).min(self.tokens.len());
        self.tokens.get(self.at.checked_sub(1)?)
    }

    /// The token before this place, or the first one: where to point at for something that is missing.
    pub(super) fn before(&self) -> Span {
        let index = self.at.saturating_sub(1);
        self.tokens
            .get(index)
            .map_or_else(Span::default, |t| t.loc.into())
    }

    /// Takes the identifier `word`, if it is next.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek().and_then(Token::ident) == Some(word);
        self.at += usize::from(found);
        found
    }

    /// Takes the punctuation `char`, if it is next.
    pub(super) fn eat_punct(&mut self, char: char) -> bool {
        let found = self.peek().is_some_and(|t| t.is_punct(char));
        self.at += usize::from(found);
        found
    }

    /// Takes several characters of punctuation without a space between them, if they are next.
    pub(super) fn eat_operator(&mut self, operator: &str) -> bool {
        let found = starts_with(self.rest(), operator);
        if found {
            self.at += operator.len();
        }
        found
    }

    /// What is in the parentheses that must come next; `what` says what they belong to.
    pub(super) fn parentheses(&mut self, what: &str, report: &mut Report) -> Option<&'a [Token]> {
        match self.peek().and_then(|t| t.group(Delimiter::Parenthesis)) {
            Some(inner) => {
                self.at += 1;
                Some(inner)
            }
            None => {
                let span = self.peek().map_or(self.before(), |t| t.loc.into());
                report.error(span, format!("expected `(…)` after {what}"));
                None
            }
        }
    }

    /// Reports what is left over, if anything.
    pub(super) fn expect_end(&mut self, report: &mut Report) -> bool {
        let Some(token) = self.peek() else {
            return true;
        };
        let span = Span::of(self.rest()).unwrap_or(token.loc.into());
        report.error(
            span,
            format!("expected `,`, found `{}`", token::text(self.rest())),
        );
        false
    }
}

/// Whether `tokens` begin with the characters of `operator`, joined.
pub(super) fn starts_with(tokens: &[Token], operator: &str) -> bool {
    let length = operator.len();
    tokens.len() >= length
        && operator.chars().enumerate().all(|(i, want)| {
            matches!(tokens[i].tree, Tree::Punct { char, joint } if char == want && (joint || i + 1 == length))
        })
}

pub(super) fn is_shift(tokens: &[Token]) -> bool {
    starts_with(tokens, "<<") || starts_with(tokens, ">>")
}

/// How many tokens lie before the first one where `stop` holds. It isn't asked within a shift or `::`, nor within angle
/// brackets around types.
pub(super) fn length_until(tokens: &[Token], stop: impl Fn(&[Token]) -> bool) -> usize {
    let mut end = 0;
    while end < tokens.len() {
        end += match token::angles_length(tokens, end) {
            Some(length) => length,
            None if stop(&tokens[end..]) => break,
            None if is_shift(&tokens[end..]) || starts_with(&tokens[end..], "::") => 2,
            None => 1,
        };
    }
    end
}

/// The runs between commas; an empty one at the end, from a comma there, doesn't count.
pub(super) fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let mut runs = Vec::new();
    let mut rest = tokens;
    while !rest.is_empty() {
        let (run, behind) = rest.split_at(length_until(rest, |t| t[0].is_punct(',')));
        runs.push(run);
        rest = behind.get(1..).unwrap_or_default();
    }
    runs.retain(|run| !run.is_empty());
    runs
}
