//! Between rustc's tokens and those of the compiler.

use proc_macro2::{Group, Punct, Spacing, Span, TokenStream, TokenTree};
use seccomptime_compiler::token::{self, Delimiter, Loc, Token, Tree};

use crate::files::Disk;

/// A policy as the compiler reads it, and rustc's tokens that it was made of.
pub struct Source {
    /// The compiler's tokens.
    pub tokens: Vec<Token>,
    /// What the policy includes.
    pub files: Disk,
    trees: Vec<TokenTree>,
}

impl Source {
    /// Converts rustc's tokens.
    pub fn new(stream: TokenStream) -> Source {
        let mut trees = Vec::new();
        let tokens = convert(stream, &mut trees);
        let spans = trees.iter().map(TokenTree::span).collect();
        Source {
            tokens,
            files: Disk::new(spans),
            trees,
        }
    }

    /// The first and the last place of a run of tokens.
    pub fn span_ends(&self, span: token::Span) -> (Span, Span) {
        (self.files.span(span.first), self.files.span(span.last))
    }

    /// rustc's tokens for some of the compiler's: those they were made of, or made now for a file's.
    pub fn stream(&self, tokens: &[Token]) -> TokenStream {
        tokens.iter().flat_map(|token| self.trees(token)).collect()
    }

    fn trees(&self, token: &Token) -> Vec<TokenTree> {
        if !self.files.holds(token.loc) {
            let at = usize::try_from(token.loc.0).ok();
            return at
                .and_then(|at| self.trees.get(at))
                .cloned()
                .into_iter()
                .collect();
        }
        let span = self.files.span(token.loc).resolved_at(Span::call_site());
        made(token)
            .into_iter()
            .map(|mut tree: TokenTree| {
                tree.set_span(span);
                tree
            })
            .collect()
    }
}

/// rustc's tokens for one that came from a file.
fn made(token: &Token) -> Vec<TokenTree> {
    match &token.tree {
        Tree::Punct { char, joint } => {
            let spacing = if *joint {
                Spacing::Joint
            } else {
                Spacing::Alone
            };
            vec![Punct::new(*char, spacing).into()]
        }
        Tree::Group(delimiter, inner) => {
            let delimiter = match delimiter {
                Delimiter::Parenthesis => proc_macro2::Delimiter::Parenthesis,
                Delimiter::Bracket => proc_macro2::Delimiter::Bracket,
                Delimiter::Brace => proc_macro2::Delimiter::Brace,
                Delimiter::None => proc_macro2::Delimiter::None,
            };
            vec![Group::new(delimiter, inner.iter().flat_map(made).collect()).into()]
        }
        // The lexers agree on what these are.
        Tree::Ident(text) | Tree::Literal(text) => {
            let made = text.parse::<TokenStream>().unwrap_or_default();
            made.into_iter().collect()
        }
    }
}

fn convert(stream: TokenStream, trees: &mut Vec<TokenTree>) -> Vec<Token> {
    let mut tokens = Vec::new();
    for tree in stream {
        // What a macro_rules parameter leaves around one token says nothing.
        let tree = unwrapped(tree);
        let loc = Loc(u32::try_from(trees.len()).unwrap_or(u32::MAX));
        trees.push(tree.clone());
        let tree = match tree {
            TokenTree::Ident(ident) => Tree::Ident(ident.to_string()),
            TokenTree::Literal(literal) => Tree::Literal(literal.to_string()),
            TokenTree::Punct(punct) => Tree::Punct {
                char: punct.as_char(),
                joint: punct.spacing() == Spacing::Joint,
            },
            TokenTree::Group(group) => {
                let delimiter = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => Delimiter::Parenthesis,
                    proc_macro2::Delimiter::Bracket => Delimiter::Bracket,
                    proc_macro2::Delimiter::Brace => Delimiter::Brace,
                    proc_macro2::Delimiter::None => Delimiter::None,
                };
                Tree::Group(delimiter, convert(group.stream(), trees))
            }
        };
        tokens.push(Token { tree, loc });
    }
    tokens
}

/// Takes invisible brackets off a single token.
pub fn unwrapped(tree: TokenTree) -> TokenTree {
    let TokenTree::Group(group) = &tree else {
        return tree;
    };
    let mut inner = group.stream().into_iter();
    match (group.delimiter(), inner.next(), inner.next()) {
        (proc_macro2::Delimiter::None, Some(only), None) => unwrapped(only),
        _ => tree,
    }
}
