//! `policy!`: a policy as a value, or, where it says `notify`, one whose listener must be taken.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use seccomptime_compiler::action::Verb;
use seccomptime_compiler::{Analysis, Place, analyse};

use crate::diagnostics::{has_errors, items};
use crate::stage::Stage;
use crate::tokens::Source;

pub fn expand(policy: TokenStream) -> TokenStream {
    let mut source = Source::new(policy.clone());
    let Analysis {
        settings,
        notifies,
        diagnostics,
    } = analyse(&source.tokens, Place::Value, &mut source.files);
    let shown = items(&diagnostics, &source);
    let stage = Stage::new(&source, settings, Place::Value, String::new());
    let krate = stage.krate();
    if has_errors(&diagnostics) {
        // What could not be read may say it as well: the type that was meant, so that no error about types hides the mistake.
        return if notifies || names_notify(policy) {
            quote!({ #shown #krate::__private::EMPTY_NOTIFY })
        } else {
            quote!({ #shown #krate::__private::EMPTY })
        };
    }
    let lower = stage.lower(&policy);
    let value = if notifies {
        quote!(#krate::__private::notify_policy(__SECCOMPTIME_POLICY))
    } else {
        quote!(__SECCOMPTIME_POLICY)
    };
    quote!({
        #shown
        #lower
        #value
    })
}

/// Whether the verb stands anywhere.
fn names_notify(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == Verb::Notify.name(),
        TokenTree::Group(group) => names_notify(group.stream()),
        _ => false,
    })
}
