//! What the first stage of expansion hands to the second.
//!
//! ```text
//! lower! { (path of the crate) ("name" Main) { policy } }             as the first stage writes it
//! __lower! { "x86_64" false (path …) ("name" Main) { policy } }       as `lower!` of the runtime passes it on
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use seccomptime_compiler::Place;
use seccomptime_compiler::policy::{OnError, Settings};

use crate::tokens::Source;

/// What the first stage knows of a policy that is right.
pub struct Stage {
    settings: Settings,
    krate: TokenStream,
    place: Place,
    name: String,
}

/// The words for a place.
pub const PLACES: [(&str, Place); 3] = [
    ("Main", Place::Main),
    ("Function", Place::Function),
    ("Value", Place::Value),
];

impl Stage {
    /// For a policy that has been analysed.
    pub fn new(source: &Source, settings: Settings, place: Place, name: String) -> Stage {
        let krate = match &settings.krate {
            Some(path) => ours(source.stream(&path.value)),
            None => quote!(::seccomptime),
        };
        Stage {
            settings,
            krate,
            place,
            name,
        }
    }

    /// Where an install that fails goes.
    pub fn on_error(&self) -> OnError {
        let said = self.settings.on_error.as_ref();
        said.map_or(OnError::default(), |setting| setting.value)
    }

    /// The runtime crate's path.
    pub fn krate(&self) -> &TokenStream {
        &self.krate
    }

    /// The items that define `__SECCOMPTIME_POLICY` for the target.
    pub fn lower(&self, policy: &TokenStream) -> TokenStream {
        let Stage { krate, name, .. } = self;
        let place = PLACES.iter().find(|(_, place)| *place == self.place);
        let place = Ident::new(place.map_or("Value", |(word, _)| word), Span::call_site());
        let call = |debug: bool| quote!(#krate::__private::lower! { #debug (#krate) (#name #place) { #policy } });
        if self.settings.debug_default.is_none() {
            return call(false);
        }
        let (debug, release) = (call(true), call(false));
        quote! {
            #[cfg(debug_assertions)]
            #debug
            #[cfg(not(debug_assertions))]
            #release
        }
    }
}

/// A path that the user wrote, as a part of the expansion: what it means stays, but what is said of the code it stands in
/// (an import that isn't needed, say) is not said to the user.
fn ours(path: TokenStream) -> TokenStream {
    let trees = path.into_iter().map(|mut tree| {
        // `$crate` means the crate of the macro that wrote it, which its place says.
        if tree.to_string() != "$crate" {
            tree.set_span(tree.span().resolved_at(Span::call_site()));
        }
        tree
    });
    trees.collect()
}
