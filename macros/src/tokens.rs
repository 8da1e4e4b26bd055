//! Between rustc's tokens and those of the compiler.

use proc_macro2::{Spacing, Span, TokenStream, TokenTree};
use seccomptime_compiler::token::{self, Delimiter, Loc, Token, Tree};

/// The compiler's tokens, and rustc's that they were made of.
pub struct Lexed {
    /// The tokens.
    pub tokens: Vec<Token>,
    trees: Vec<TokenTree>,
}

impl Lexed {
    /// Converts rustc's tokens.
    pub fn new(stream: TokenStream) -> Lexed {
        let mut trees = Vec::new();
        let tokens = convert(stream, &mut trees);
        Lexed { tokens, trees }
    }

    /// Where a token stands.
    pub fn span(&self, loc: Loc) -> Span {
        self.tree(loc).map_or_else(Span::call_site, TokenTree::span)
    }

    /// The first and the last place of a run of tokens.
    pub fn span_ends(&self, span: token::Span) -> (Span, Span) {
        (self.span(span.first), self.span(span.last))
    }

    /// The tokens as they came from rustc.
    pub fn stream(&self, tokens: &[Token]) -> TokenStream {
        let trees = tokens.iter().filter_map(|token| self.tree(token.loc));
        trees.cloned().collect()
    }

    fn tree(&self, loc: Loc) -> Option<&TokenTree> {
        self.trees.get(usize::try_from(loc.0).ok()?)
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
