//! Between rustc's tokens and those of the compiler.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use seccomptime_compiler::token::{self, Delimiter, Loc, Token, Tree};

/// The compiler's tokens, and where each stands for rustc.
pub struct Lexed {
    /// The tokens.
    pub tokens: Vec<Token>,
    spans: Vec<Span>,
}

impl Lexed {
    /// Converts rustc's tokens.
    pub fn new(stream: TokenStream) -> Lexed {
        let mut spans = Vec::new();
        let tokens = convert(stream, &mut spans);
        Lexed { tokens, spans }
    }

    /// Where a token stands.
    pub fn span(&self, loc: Loc) -> Span {
        let index = usize::try_from(loc.0).unwrap_or(usize::MAX);
        let known = self.spans.get(index).copied();
        known.unwrap_or_else(Span::call_site)
    }

    /// The first and the last place of a run of tokens.
    pub fn span_ends(&self, span: token::Span) -> (Span, Span) {
        (self.span(span.first), self.span(span.last))
    }

    /// Back to rustc's tokens, at their places.
    pub fn stream(&self, tokens: &[Token]) -> TokenStream {
        tokens.iter().map(|token| self.tree(token)).collect()
    }

    fn tree(&self, token: &Token) -> TokenTree {
        let span = self.span(token.loc);
        match &token.tree {
            Tree::Ident(text) => match text.strip_prefix("r#") {
                Some(raw) => Ident::new_raw(raw, span).into(),
                None => Ident::new(text, span).into(),
            },
            Tree::Literal(text) => literal(text, span),
            Tree::Punct { char, joint } => {
                let spacing = if *joint {
                    Spacing::Joint
                } else {
                    Spacing::Alone
                };
                let mut punct = Punct::new(*char, spacing);
                punct.set_span(span);
                punct.into()
            }
            Tree::Group(delimiter, inner) => {
                let delimiter = match delimiter {
                    Delimiter::Parenthesis => proc_macro2::Delimiter::Parenthesis,
                    Delimiter::Bracket => proc_macro2::Delimiter::Bracket,
                    Delimiter::Brace => proc_macro2::Delimiter::Brace,
                    Delimiter::None => proc_macro2::Delimiter::None,
                };
                let mut group = Group::new(delimiter, self.stream(inner));
                group.set_span(span);
                group.into()
            }
        }
    }
}

/// A literal from the text that rustc gave for one; the text of another kind of token can't get here.
fn literal(text: &str, span: Span) -> TokenTree {
    match text.parse::<proc_macro2::Literal>() {
        Ok(mut literal) => {
            literal.set_span(span);
            literal.into()
        }
        Err(_) => proc_macro2::Literal::string(text).into(),
    }
}

fn convert(stream: TokenStream, spans: &mut Vec<Span>) -> Vec<Token> {
    let mut tokens = Vec::new();
    for tree in stream {
        // What a macro_rules parameter leaves around one token says nothing.
        let tree = unwrapped(tree);
        let index = u32::try_from(spans.len()).unwrap_or(u32::MAX);
        let loc = Loc(index);
        spans.push(tree.span());
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
                Tree::Group(delimiter, convert(group.stream(), spans))
            }
        };
        tokens.push(Token { tree, loc });
    }
    tokens
}

/// Takes invisible brackets off a single token.
pub fn unwrapped(tree: TokenTree) -> TokenTree {
    if let TokenTree::Group(group) = &tree
        && group.delimiter() == proc_macro2::Delimiter::None
    {
        let mut inner = group.stream().into_iter();
        if let (Some(only), None) = (inner.next(), inner.next()) {
            return unwrapped(only);
        }
    }
    tree
}
