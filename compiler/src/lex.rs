//! From the text of a policy file to tokens.
//!
//! The lexical rules are Rust's, as far as a policy can need them: identifiers, numbers, strings (plain, raw,
//! byte), characters, comments that nest, brackets that match.

use crate::token::{Delimiter, Loc, Token, Tree};

/// A place in a text, both counted from one; columns count characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// A lexed text.
#[derive(Debug)]
pub struct Lexed {
    /// The tokens at the top level.
    pub tokens: Vec<Token>,
    /// Where each token stands: `Loc(base + i)` is `positions[i]`.
    pub positions: Vec<Position>,
}

/// What stopped the lexer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LexError {
    /// Where.
    pub position: Position,
    /// Why.
    pub message: String,
}

/// The deepest nesting of brackets that is read, so that no text can use up the stack.
const MAX_DEPTH: usize = 128;

/// Lexes `text`, handing out locations from `Loc(base)` on.
///
/// # Errors
///
/// A character that starts no token, a bracket, string or comment that isn't closed, brackets nested too deep.
pub fn lex(text: &str, base: u32) -> Result<Lexed, LexError> {
    let mut lexer = Lexer {
        // Some editors begin a file with a mark of its byte order, which rustc passes over as well.
        rest: text.strip_prefix('\u{feff}').unwrap_or(text),
        at: Position { line: 1, column: 1 },
        base,
        positions: Vec::new(),
        depth: 0,
    };
    let tokens = lexer.tokens(None)?;
    Ok(Lexed {
        tokens,
        positions: lexer.positions,
    })
}

struct Lexer<'a> {
    rest: &'a str,
    at: Position,
    base: u32,
    positions: Vec<Position>,
    depth: usize,
}

impl<'a> Lexer<'a> {
    /// Tokens up to the closing bracket of `open` (a bracket and its place), or to the end of the text.
    fn tokens(&mut self, open: Option<(char, Position)>) -> Result<Vec<Token>, LexError> {
        let mut tokens = Vec::new();
        loop {
            self.skip_blank()?;
            let start = self.at;
            let Some(c) = self.peek() else {
                return match open {
                    None => Ok(tokens),
                    Some((bracket, at)) => Err(error(at, format!("`{bracket}` is never closed"))),
                };
            };
            match c {
                '(' | '[' | '{' => {
                    let loc = self.loc(start)?;
                    self.take(1);
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(error(start, format!("more than {MAX_DEPTH} brackets deep")));
                    }
                    let inner = self.tokens(Some((c, start)))?;
                    self.depth -= 1;
                    let tree = Tree::Group(delimiter(c), inner);
                    tokens.push(Token { tree, loc });
                }
                ')' | ']' | '}' => {
                    return match open {
                        Some((bracket, _)) if closes(bracket) == c => {
                            self.take(1);
                            Ok(tokens)
                        }
                        Some((bracket, _)) => Err(error(
                            start,
                            format!("expected `{}`, found `{c}`", closes(bracket)),
                        )),
                        None => Err(error(start, format!("`{c}` closes nothing"))),
                    };
                }
                _ => {
                    let loc = self.loc(start)?;
                    let tree = self.leaf(c, start)?;
                    tokens.push(Token { tree, loc });
                }
            }
        }
    }

    /// One token that isn't a group.
    fn leaf(&mut self, c: char, start: Position) -> Result<Tree, LexError> {
        if let Some(length) = self.literal_length(start)? {
            return Ok(Tree::Literal(self.take(length).to_owned()));
        }
        if is_ident_start(c) || self.rest.starts_with("r#") {
            let raw = if self.rest.starts_with("r#") { 2 } else { 0 };
            let length = raw + run(&self.rest[raw..], is_ident_continue);
            return Ok(Tree::Ident(self.take(length).to_owned()));
        }
        if is_punct(c) {
            self.take(1);
            let joint = self.peek().is_some_and(is_punct) && !self.at_comment();
            return Ok(Tree::Punct { char: c, joint });
        }
        Err(error(
            start,
            format!("`{}` starts no token", c.escape_default()),
        ))
    }

    /// The length in bytes of the literal at the front, if one stands there.
    fn literal_length(&self, start: Position) -> Result<Option<usize>, LexError> {
        let rest = self.rest;
        let unclosed = |what: &str| error(start, format!("this {what} is never closed"));
        let first = rest.chars().next().unwrap_or_default();
        if first.is_ascii_digit() {
            // `1..=2` is a range and `1.0` a float: a point belongs to the number before a digit alone.
            let mut length = run(rest, is_ident_continue);
            let tail = &rest[length..];
            if tail.starts_with('.') && tail[1..].starts_with(|c: char| c.is_ascii_digit()) {
                length += 1 + run(&tail[1..], is_ident_continue);
            }
            return Ok(Some(length));
        }
        let prefix = run(rest, |c| matches!(c, 'b' | 'c' | 'r'));
        let body = &rest[prefix..];
        let raw = rest[..prefix].ends_with('r');
        if prefix <= 2 && raw {
            let hashes = run(body, |c| c == '#');
            if body[hashes..].starts_with('"') {
                let close = format!("\"{}", &body[..hashes]);
                let inside = &body[hashes + 1..];
                let end = inside.find(&close).ok_or_else(|| unclosed("string"))?;
                return Ok(Some(prefix + hashes + 1 + end + close.len()));
            }
            return Ok(None);
        }
        if prefix <= 1 && body.starts_with('"') {
            let end = quoted(body, '"').ok_or_else(|| unclosed("string"))?;
            return Ok(Some(prefix + end));
        }
        if prefix <= 1 && body.starts_with('\'') {
            return match quoted(body, '\'') {
                // Nothing but one character, escaped or not, is a character: the rest is a lifetime.
                Some(end) if body[1..].starts_with('\\') || body[1..end].chars().count() == 2 => {
                    Ok(Some(prefix + end))
                }
                _ if prefix > 0 => Err(unclosed("character")),
                _ if body[1..].starts_with(is_ident_start) => {
                    Ok(Some(1 + run(&body[1..], is_ident_continue)))
                }
                _ => Err(error(
                    start,
                    "neither a character nor a name stands behind this `'`".to_owned(),
                )),
            };
        }
        Ok(None)
    }

    fn skip_blank(&mut self) -> Result<(), LexError> {
        loop {
            let blank = run(self.rest, char::is_whitespace);
            self.take(blank);
            let start = self.at;
            if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.take(end);
            } else if self.rest.starts_with("/*") {
                let end = block_comment(self.rest)
                    .ok_or_else(|| error(start, "this comment is never closed".to_owned()))?;
                self.take(end);
            } else {
                return Ok(());
            }
        }
    }

    fn at_comment(&self) -> bool {
        self.rest.starts_with("//") || self.rest.starts_with("/*")
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Takes `length` bytes off the front.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        for c in taken.chars() {
            if c == '\n' {
                self.at.line += 1;
                self.at.column = 1;
            } else {
                self.at.column += 1;
            }
        }
        self.rest = rest;
        taken
    }

    fn loc(&mut self, at: Position) -> Result<Loc, LexError> {
        let index = u32::try_from(self.positions.len())
            .ok()
            .and_then(|n| self.base.checked_add(n))
            .ok_or_else(|| error(at, "the file is too long".to_owned()))?;
        self.positions.push(at);
        Ok(Loc(index))
    }
}

fn error(position: Position, message: String) -> LexError {
    LexError { position, message }
}

/// The length in bytes of the longest front of `text` whose characters all satisfy `test`.
fn run(text: &str, test: impl Fn(char) -> bool) -> usize {
    text.find(|c| !test(c)).unwrap_or(text.len())
}

/// The length of the quoted text at the front of `text`, both quotes and escapes included.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(i + 1),
            _ => {}
        }
    }
    None
}

/// The length of the block comment at the front of `text`.
fn block_comment(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}

fn is_ident_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_ident_continue(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn is_punct(c: char) -> bool {
    "~!@#$%^&*-=+|;:,<.>/?".contains(c)
}

fn delimiter(open: char) -> Delimiter {
    match open {
        '(' => Delimiter::Parenthesis,
        '[' => Delimiter::Bracket,
        _ => Delimiter::Brace,
    }
}

fn closes(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

#[cfg(test)]
mod tests;
