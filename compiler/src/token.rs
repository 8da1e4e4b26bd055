//! The tokens that the grammar reads, whatever lexer made them.
//!
//! The macros make them from rustc's tokens, [`lex`](crate::lex) from the text of a policy file. Where a
//! token stands is an opaque [`Loc`], which only the lexer that handed it out can turn into a place.

use core::fmt;

use crate::data;
use crate::nearest::nearest;

/// Where a token stands: a number handed out by the lexer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Loc(pub u32);

/// A run of tokens, from the first to the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// The first token.
    pub first: Loc,
    /// The last token; equal to `first` for one token alone.
    pub last: Loc,
}

impl Span {
    /// The span of all `tokens`, or `None` where there are none.
    pub fn of(tokens: &[Token]) -> Option<Span> {
        Some(Span {
            first: tokens.first()?.loc,
            last: tokens.last()?.loc,
        })
    }

    /// From the start of `self` to the end of `other`.
    pub fn to(self, other: Span) -> Span {
        Span {
            first: self.first,
            last: other.last,
        }
    }
}

impl From<Loc> for Span {
    fn from(loc: Loc) -> Span {
        Span {
            first: loc,
            last: loc,
        }
    }
}

/// The brackets around a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delimiter {
    /// `( … )`
    Parenthesis,
    /// `[ … ]`
    Bracket,
    /// `{ … }`
    Brace,
    /// No brackets: what a `macro_rules` parameter leaves around its value.
    None,
}

impl Delimiter {
    fn pair(self) -> (&'static str, &'static str) {
        match self {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::None => ("", ""),
        }
    }
}

/// What a token is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tree {
    /// An identifier or keyword; a raw one keeps its `r#`.
    Ident(String),
    /// A number, string, character or byte literal as it was written; also a lifetime.
    Literal(String),
    /// One character of punctuation.
    Punct {
        /// The character.
        char: char,
        /// Whether the next token is punctuation too, with no space between.
        joint: bool,
    },
    /// Brackets and what is in them.
    Group(Delimiter, Vec<Token>),
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is.
    pub tree: Tree,
    /// Where it stands; for a group, the whole of it.
    pub loc: Loc,
}

/// Two tokens are equal where they read the same, wherever they stand.
impl PartialEq for Token {
    fn eq(&self, other: &Token) -> bool {
        self.tree == other.tree
    }
}

impl Eq for Token {}

impl Token {
    /// Whether this is the punctuation `char`.
    pub fn is_punct(&self, char: char) -> bool {
        matches!(self.tree, Tree::Punct { char: c, .. } if c == char)
    }

    /// The identifier's text without `r#`.
    pub fn ident(&self) -> Option<&str> {
        match &self.tree {
            Tree::Ident(text) => Some(text.strip_prefix("r#").unwrap_or(text)),
            _ => None,
        }
    }

    /// What is inside the brackets, where the token is a group with this delimiter.
    pub fn group(&self, delimiter: Delimiter) -> Option<&[Token]> {
        match &self.tree {
            Tree::Group(d, inner) if *d == delimiter => Some(inner),
            _ => None,
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tree {
            Tree::Ident(text) | Tree::Literal(text) => f.write_str(text),
            Tree::Punct { char, .. } => write!(f, "{char}"),
            Tree::Group(delimiter, inner) => {
                let (open, close) = delimiter.pair();
                write!(f, "{open}{}{close}", text(inner))
            }
        }
    }
}

/// The tokens as text, spaced as rustfmt would: the same tokens always give the same text, however they were
/// written.
pub fn text(tokens: &[Token]) -> String {
    let mut out = String::new();
    // Up to here reach angle brackets around types.
    let mut angles = 0;
    // Up to here reaches the name of a set, in which a hyphen is no minus.
    let mut set_end = 0;
    for (i, token) in tokens.iter().enumerate() {
        if token.is_punct('@') {
            set_end = i + 1 + set_name_length(&tokens[i + 1..]);
        }
        let before = &tokens[..i];
        let is_shift = before.last().is_some_and(|b| is_joint(b, '<'));
        if i >= angles && !is_shift {
            angles = angles_length(tokens, i).map_or(angles, |length| i + length);
        }
        // A set stands apart from the minus before it; what a `!` turns leans on that.
        let apart = token.is_punct('@') && !before.last().is_none_or(|b| is_joint(b, '!'));
        let leans = i <= angles && leans(before, token);
        if i >= set_end && spaced(before, token) && !leans || apart {
            out.push(' ');
        }
        out.push_str(&token.to_string());
    }
    out
}

/// How many of the tokens behind an `@` are the name of the set. Names have hyphens, `@file-system`, and a hyphen
/// also takes away: the longest run that names a set is the name, or else the longest that nearly does. One that doesn't is read up to
/// the first word that could be taken away.
pub fn set_name_length(tokens: &[Token]) -> usize {
    let mut words: Vec<&str> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        match token.ident() {
            Some(word) if i % 2 == 0 => words.push(word),
            None if i % 2 == 1 && token.is_punct('-') => {}
            _ => break,
        }
    }
    let known = |n: &usize| data::set(&words[..*n].join("-")).is_some();
    let sets = || data::SETS.iter().map(|set| set.name);
    let near = |n: &usize| nearest(&words[..*n].join("-"), sets()).is_some();
    let longest_first = || (1..=words.len()).rev();
    let named = longest_first().find(known);
    let count = named.or_else(|| longest_first().find(near));
    let count = count.unwrap_or_else(|| {
        let rest = words.iter().skip(1);
        1 + rest.take_while(|w| data::syscall(w).is_none()).count()
    });
    if words.is_empty() { 0 } else { 2 * count - 1 }
}

/// How many tokens from `at` on are angle brackets around types, and no comparison: those of `<A as T>::K`, which stand behind an operator or
/// first, and of `f::<A>()`.
pub fn angles_length(tokens: &[Token], at: usize) -> Option<usize> {
    let is = |i: usize, char| tokens.get(i).is_some_and(|t: &Token| t.is_punct(char));
    let is_path = |i: usize| is(i + 1, ':') && is_joint(&tokens[i], ':');
    let before = at.checked_sub(1).map(|i| &tokens[i]);
    if !is(at, '<') || !before.is_none_or(is_operator) {
        return None;
    }
    let mut depth = 0_usize;
    let end = (at..tokens.len()).find(|&i| {
        let is_arrow = || i > 0 && is_joint(&tokens[i - 1], '-');
        if is(i, '<') {
            depth += 1;
        } else if is(i, '>') && !is_arrow() {
            depth -= 1;
        }
        depth == 0
    })? + 1;
    let calls = || tokens.get(end)?.group(Delimiter::Parenthesis);
    let is_call = at > 1 && is_path(at - 2) && calls().is_some();
    (is_call || is_path(end)).then_some(end - at)
}

/// Whether an operand stands behind the token.
fn is_operator(token: &Token) -> bool {
    is_any_punct(token) || matches!(token.ident(), Some("as" | "in"))
}

fn is_any_punct(token: &Token) -> bool {
    matches!(token.tree, Tree::Punct { .. })
}

/// Whether nothing stands between the last of `before` and `next`, which are in angle brackets around types or behind them.
fn leans(before: &[Token], next: &Token) -> bool {
    let Some(last) = before.last() else {
        return false;
    };
    let opened = last.is_punct('<') && !is_any_punct(next);
    let closed = (next.is_punct('<') || next.is_punct('>')) && !is_operator(last);
    let called = last.is_punct('>') && next.group(Delimiter::Parenthesis).is_some();
    opened || closed || called
}

/// Whether a space stands between the last of `before` and `next`.
fn spaced(before: &[Token], next: &Token) -> bool {
    let Some(last) = before.last() else {
        return false;
    };
    let prefix = |t: &Token| {
        matches!(
            t.tree,
            Tree::Punct {
                char: '@' | '!',
                ..
            }
        )
    };
    match (&last.tree, &next.tree) {
        (Tree::Punct { joint: true, .. }, Tree::Punct { .. }) => false,
        // Put together they would be another token.
        (Tree::Punct { .. }, Tree::Punct { .. }) => true,
        // A lone colon leans on what it follows, `::` and `..` on both sides.
        (
            _,
            Tree::Punct {
                char: ',' | ':', ..
            },
        ) => false,
        (Tree::Punct { char: ':', .. }, _) => !matches!(before, [.., b, _] if is_joint(b, ':')),
        (_, Tree::Punct { char: '.', .. }) | (Tree::Punct { char: '.', .. }, _) => false,
        (Tree::Punct { .. }, _) if prefix(last) => {
            matches!(before, [.., b, _] if is_joint(b, '!'))
        }
        (Tree::Punct { char: '=', .. }, _) if matches!(before, [.., b, _] if is_joint(b, '.')) => {
            false
        }
        // A unary minus leans on its operand: after punctuation, or first in its group.
        (Tree::Punct { char: '-', .. }, Tree::Literal(_)) => match before {
            [_] => false,
            [.., b, _] => !matches!(b.tree, Tree::Punct { .. }),
            [] => true,
        },
        // A call's parentheses lean on its name.
        (Tree::Ident(name), Tree::Group(Delimiter::Parenthesis | Delimiter::Bracket, _)) => {
            name == "in"
        }
        (
            Tree::Ident(_),
            Tree::Punct {
                char: '!',
                joint: false,
            },
        ) => false,
        _ => true,
    }
}

fn is_joint(token: &Token, char: char) -> bool {
    matches!(token.tree, Tree::Punct { char: c, joint: true } if c == char)
}

#[cfg(test)]
mod tests {
    use crate::lex::lex;

    fn round(text: &str) -> String {
        super::text(&lex(text, 0).unwrap().tokens)
    }

    #[test]
    fn text_is_written_as_rustfmt_would() {
        for text in [
            "allow(read, write), default = log",
            "errno(libc::EPERM: ptrace, mount)",
            "allow(@stdio - ioctl, ioctl(cmd == TCGETS))",
            "kill(sig in 1..=15, pid != 1)",
            "mmap(prot & PROT_EXEC == 0 && !(flags & 1 == 0))",
            "openat(dfd == -100)",
            "ioctl(cmd in [TCGETS, 1 << 3])",
            "include = \"a b\"",
            "crate = ::a::b",
            "waive(stacks in @rust-main: \"why\")",
            "read(count < 3)",
            "a! | b",
            "a !| b",
            "errno(1: ::x)",
            "a. = b",
            "a(b! , c)",
            "a(b !, c)",
            "a !@b",
            "a(b & 0..= == 1)",
            "a(b & 0..=== 1)",
            "a(b == <A as <B<C, fn(D) -> E>>::T>::K, c < d)",
            "a(b in [<A as T>::K, f::<A>(1)], c in <A>::K..=1 as <A>::K)",
            "a(b < c, d > ::e)",
            "a(b < < A)",
            "a(1 << A, b > ::c)",
            "a(b == < A >: : K)",
        ] {
            assert_eq!(round(text), text);
        }
    }

    #[test]
    fn text_does_not_depend_on_how_it_was_written() {
        assert_eq!(round("allow ( read ,write )"), "allow(read, write)");
        assert_eq!(round("a// why\n=/* x */b"), "a = b");
    }

    #[test]
    fn tokens_are_equal_wherever_they_stand() {
        let a = lex("allow(read)", 0).unwrap().tokens;
        let b = lex("  allow( read )", 7).unwrap().tokens;
        assert_eq!(a, b);
    }
}
