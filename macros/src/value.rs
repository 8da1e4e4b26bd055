//! `policy!`: a policy as a value.

use proc_macro2::TokenStream;
use quote::quote;
use seccomptime_compiler::{Place, analyse};

use crate::diagnostics::{has_errors, items};
use crate::stage::Stage;
use crate::tokens::Lexed;

pub fn expand(policy: TokenStream) -> TokenStream {
    let lexed = Lexed::new(policy.clone());
    let diagnostics = analyse(&lexed.tokens, Place::Value);
    let shown = items(&diagnostics, &lexed);
    let stage = Stage::new(&lexed, Place::Value, String::new());
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
