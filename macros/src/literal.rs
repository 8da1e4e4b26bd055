//! What values are written as: in figures alone, in parentheses.

use seccomptime_compiler::parse::integer;
use seccomptime_compiler::token::{Delimiter, Token, Tree};

/// Whether an expression consists of integer literals of no type of their own and what is done to them. rustc would take these for i32
/// where nothing else is said, in which `0x8000_0000` is negative and `0x1_0000_0000` nothing.
pub fn is_untyped(tokens: &[Token]) -> bool {
    !tokens.is_empty()
        && tokens.iter().all(|token| match &token.tree {
            // No figure of any base is one of the letters that a type begins with.
            Tree::Literal(text) => integer(token).is_some() && !text.contains(['u', 'i']),
            Tree::Punct { .. } => true,
            Tree::Group(_, inner) => is_untyped(inner),
            Tree::Ident(_) => false,
        })
}

/// An expression without the parentheses around all of it. A mask of several parts must have them; where it is all there is of an argument,
/// rustc would call them needless and tell the user to take them out.
pub fn without_parentheses(tokens: &[Token]) -> &[Token] {
    let [token] = tokens else {
        return tokens;
    };
    match token.group(Delimiter::Parenthesis) {
        // A tuple is none, and rustc's error as it stands.
        Some(inner) if !inner.is_empty() && !inner.iter().any(|token| token.is_punct(',')) => {
            without_parentheses(inner)
        }
        _ => tokens,
    }
}
