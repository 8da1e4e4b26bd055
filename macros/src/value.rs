//! `policy!`: a policy as a value.

use proc_macro2::TokenStream;
use quote::quote;
use seccomptime_compiler::{Analysis, Place, analyse};

use crate::diagnostics::{has_errors, items};
use crate::stage::Stage;
use crate::tokens::Source;

pub fn expand(policy: TokenStream) -> TokenStream {
    let mut source = Source::new(policy.clone());
    let Analysis {
        settings,
        diagnostics,
    } = analyse(&source.tokens, Place::Value, &mut source.files);
    let shown = items(&diagnostics, &source);
    let stage = Stage::new(&source, settings, Place::Value, String::new());
    if has_errors(&diagnostics) {
        let krate = stage.krate();
        return quote!({ #shown #krate::__private::EMPTY });
    }
    let lower = stage.lower(&policy);
    quote!({
        #shown
        #lower
        __SECCOMPTIME_POLICY
    })
}
