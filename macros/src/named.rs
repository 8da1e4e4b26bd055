//! Values that are looked up by name.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use seccomptime_compiler::policy::Expression;
use seccomptime_compiler::token::{self, Token, Tree};

use crate::lower::moved;

/// The values with a bare name in them, all in one constant: to have every name of libc's in scope takes rustc longer than all else that
/// it does with a value.
#[derive(Default)]
pub struct Named {
    found: RefCell<Found>,
}

#[derive(Default)]
struct Found {
    /// As i128, in the order of their indices.
    values: Vec<TokenStream>,
    /// By where they stand: an errno is used wherever a program returns it.
    indices: BTreeMap<token::Span, usize>,
    /// Whether one has a path that begins with `libc`.
    libc: bool,
}

impl Named {
    /// A value as i128, of an expression that is `tokens` and seems to stand at `at`.
    pub fn value(
        &self,
        krate: &TokenStream,
        expression: &Expression,
        tokens: TokenStream,
        at: Span,
    ) -> TokenStream {
        let integer = moved(krate, at);
        let integer = quote_spanned!(at=> #integer::__private::integer);
        let value = quote_spanned!(at=> #integer(#tokens) as ::core::primitive::i128);
        let names = Names::of(&expression.tokens);
        if names.bare {
            let index = self
                .found
                .borrow_mut()
                .add(expression.span, value, names.libc);
            let index = Literal::usize_unsuffixed(index);
            return quote_spanned!(at=> __SECCOMPTIME_NAMED[#index]);
        }
        // `libc::` leads to libc, of which the user's crate need not know; anything else means what it means here.
        let libc = names
            .libc
            .then(|| quote_spanned!(at=> use #krate::__private::libc;));
        quote_spanned!(at=> { #libc #value })
    }

    /// The constant. A bare capital name is a constant of libc's or of the module's.
    pub fn item(&self, krate: &TokenStream) -> Option<TokenStream> {
        let Found { values, libc, .. } = &*self.found.borrow();
        let count = values.len();
        let libc = libc.then(|| quote!(use #krate::__private::libc;));
        (count > 0).then(|| {
            quote! {
                const __SECCOMPTIME_NAMED: [::core::primitive::i128; #count] = {
                    use self::*;
                    use #krate::__private::libc::*;
                    #libc
                    [#(#values),*]
                };
            }
        })
    }
}

impl Found {
    fn add(&mut self, span: token::Span, value: TokenStream, libc: bool) -> usize {
        self.libc |= libc;
        *self.indices.entry(span).or_insert_with(|| {
            self.values.push(value);
            self.values.len() - 1
        })
    }
}

/// What an expression needs to have in scope.
#[derive(Default)]
struct Names {
    /// A name that is written as constants are, and stands in no path.
    bare: bool,
    /// A path that begins with `libc`.
    libc: bool,
}

impl Names {
    fn of(tokens: &[Token]) -> Names {
        let mut names = Names::default();
        for (i, token) in tokens.iter().enumerate() {
            match &token.tree {
                Tree::Ident(name) => {
                    let colon = |at: Option<usize>| {
                        let token = at.and_then(|at| tokens.get(at));
                        token.is_some_and(|token| token.is_punct(':'))
                    };
                    let (before, after) = (colon(i.checked_sub(1)), colon(Some(i + 1)));
                    names.bare |= is_constant(name) && !before && !after;
                    names.libc |= name == "libc" && !before && after;
                }
                Tree::Group(_, inner) => {
                    let inner = Names::of(inner);
                    names.bare |= inner.bare;
                    names.libc |= inner.libc;
                }
                _ => {}
            }
        }
        names
    }
}

/// Whether a name is written as constants are.
fn is_constant(name: &str) -> bool {
    name.chars().any(|c| c.is_ascii_uppercase()) && !name.chars().any(|c| c.is_ascii_lowercase())
}
