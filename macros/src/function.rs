//! The function under the attribute, as far as the attribute has to know it. Its body stays the tokens it was.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::tokens::unwrapped;

/// A function with a body.
pub struct Function {
    /// Outer attributes, each `#[…]`.
    pub attributes: Vec<Attribute>,
    /// All between the attributes and the body.
    pub signature: TokenStream,
    /// The visibility and what else stands before `async`, `unsafe`, `extern` or `fn`.
    pub visibility: TokenStream,
    /// Where `async` stands.
    pub asyncness: Option<Span>,
    /// Where `const` stands.
    pub constness: Option<Span>,
    /// The name.
    pub name: Ident,
    /// What stands in the parentheses.
    pub parameters: TokenStream,
    /// `-> T`, or nothing.
    pub output: TokenStream,
    /// The body.
    pub body: Body,
}

/// What ends a function.
pub enum Body {
    /// `{ … }`
    Block(Group),
    /// `;`
    None(Span),
}

impl Body {
    /// The body with `first` as its first statement, behind the inner attributes, which must stay in front.
    pub fn begun_by(&self, first: &TokenStream) -> TokenStream {
        let Body::Block(block) = self else {
            return TokenStream::new();
        };
        let trees: Vec<TokenTree> = block.stream().into_iter().collect();
        let (inner, rest) = trees.split_at(inner_attributes(&trees));
        let mut begun = Group::new(Delimiter::Brace, quote!(#(#inner)* #first #(#rest)*));
        begun.set_span(block.span());
        begun.into_token_stream()
    }

    /// Whether it is begun by what an expansion of ours put there.
    pub fn is_begun(&self) -> bool {
        let Body::Block(block) = self else {
            return false;
        };
        let trees: Vec<TokenTree> = block.stream().into_iter().collect();
        match trees.get(inner_attributes(&trees)) {
            Some(TokenTree::Group(first)) => is_ours(first.stream()),
            _ => false,
        }
    }
}

/// How many tokens at the front of a body are its inner attributes.
fn inner_attributes(body: &[TokenTree]) -> usize {
    let attributes = body.chunks_exact(3).take_while(
        |tokens| matches!(tokens, [pound, bang, _] if is_punct(pound, '#') && is_punct(bang, '!')),
    );
    3 * attributes.count()
}

/// An outer attribute.
pub struct Attribute {
    /// The path: `tokio::main`.
    pub path: String,
    /// Where it stands, without the `#`.
    pub span: Span,
    /// All of it.
    pub tokens: TokenStream,
}

/// Why an item is no function that can be filtered.
pub struct NotAFunction {
    /// Where it stops looking like one.
    pub span: Span,
}

impl Function {
    /// Reads a function item.
    pub fn parse(item: TokenStream) -> Result<Function, NotAFunction> {
        let mut trees = item.into_iter().peekable();
        let mut attributes = Vec::new();
        while let Some(pound) = trees.next_if(|t| is_punct(t, '#')) {
            let brackets = trees.next();
            let Some(TokenTree::Group(group)) = &brackets else {
                return Err(NotAFunction { span: pound.span() });
            };
            attributes.push(Attribute {
                path: path(group),
                span: group.span(),
                tokens: [Some(pound), brackets].into_iter().flatten().collect(),
            });
        }
        let first = trees.peek().map_or_else(Span::call_site, TokenTree::span);
        let mut signature = TokenStream::new();
        let mut visibility = TokenStream::new();
        let (mut asyncness, mut constness) = (None, None);
        let mut qualified = false;
        loop {
            let Some(tree) = trees.next() else {
                return Err(NotAFunction { span: first });
            };
            tree.to_tokens(&mut signature);
            match &tree {
                TokenTree::Ident(ident) if ident == "fn" => break,
                TokenTree::Ident(ident) if ident == "async" => {
                    asyncness = Some(ident.span());
                    qualified = true;
                }
                TokenTree::Ident(ident) if ident == "const" => {
                    constness = Some(ident.span());
                    qualified = true;
                }
                TokenTree::Ident(ident) if ident == "unsafe" || ident == "extern" => {
                    qualified = true;
                }
                TokenTree::Ident(ident) if is_other_item(ident) => {
                    return Err(NotAFunction { span: ident.span() });
                }
                _ if !qualified => tree.to_tokens(&mut visibility),
                _ => {}
            }
        }
        let name = trees.next().map(unwrapped);
        let Some(TokenTree::Ident(name)) = name else {
            return Err(NotAFunction { span: first });
        };
        name.to_tokens(&mut signature);
        let rest: Vec<TokenTree> = trees.collect();
        let Some((end, rest)) = rest.split_last() else {
            return Err(NotAFunction { span: first });
        };
        // A macro_rules parameter leaves invisible brackets around a block.
        let body = match unwrapped(end.clone()) {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Body::Block(group),
            other if is_punct(&other, ';') => Body::None(other.span()),
            other => return Err(NotAFunction { span: other.span() }),
        };
        signature.extend(rest.iter().cloned());
        Ok(Function {
            attributes,
            signature,
            visibility,
            asyncness,
            constness,
            name,
            parameters: parameters(rest),
            output: output(rest),
            body,
        })
    }
}

/// Whether a name of an expansion stands anywhere.
fn is_ours(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident.to_string().starts_with("__SECCOMPTIME_"),
        TokenTree::Group(group) => is_ours(group.stream()),
        _ => false,
    })
}

fn is_punct(tree: &TokenTree, char: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == char)
}

/// Keywords that begin an item which is no function.
fn is_other_item(ident: &Ident) -> bool {
    const KEYWORDS: [&str; 10] = [
        "struct", "enum", "union", "trait", "impl", "mod", "use", "static", "type", "let",
    ];
    KEYWORDS.iter().any(|keyword| ident == keyword)
}

/// The path at the front of an attribute's brackets.
fn path(brackets: &Group) -> String {
    let mut path = String::new();
    for tree in brackets.stream() {
        match tree {
            TokenTree::Ident(ident) => path.push_str(&ident.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == ':' => path.push(':'),
            _ => break,
        }
    }
    path
}

/// What stands in the first parentheses behind the name and its generics.
fn parameters(rest: &[TokenTree]) -> TokenStream {
    let group = rest.iter().find_map(|tree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
            Some(group.stream())
        }
        _ => None,
    });
    group.unwrap_or_default()
}

/// `-> T` behind the parameters, up to a `where`.
fn output(rest: &[TokenTree]) -> TokenStream {
    let parameters = rest.iter().position(
        |tree| matches!(tree, TokenTree::Group(g) if g.delimiter() == Delimiter::Parenthesis),
    );
    let after = parameters.map_or(rest.len(), |at| at + 1);
    rest[after..]
        .iter()
        .take_while(|tree| !matches!(tree, TokenTree::Ident(ident) if ident == "where"))
        .cloned()
        .collect()
}
