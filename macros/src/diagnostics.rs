//! The compiler's messages as rustc shows them on stable: errors through `compile_error!`, warnings through the use of a
//! deprecated constant, both at the place they are about.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use seccomptime_compiler::{Diagnostic, Level};

use crate::tokens::Source;

/// An error at one place.
pub fn error(span: Span, message: &str) -> TokenStream {
    error_between((span, span), message)
}

/// The item that shows `message`, underlining all from the first place to the last.
fn error_between((first, last): (Span, Span), message: &str) -> TokenStream {
    // rustc underlines from the first token of the macro call to its last.
    let path = quote_spanned!(first=> ::core::compile_error!);
    let message = quote_spanned!(last=> { #message });
    quote!(#path #message)
}

fn warning(span: Span, message: &str) -> TokenStream {
    // rustc says: use of deprecated constant `…::SECCOMP`: message
    let name = Ident::new("SECCOMP", span);
    quote! {
        const _: () = {
            #[deprecated(note = #message)]
            const SECCOMP: () = ();
            #name
        };
    }
}

/// All messages, as items.
pub fn items(diagnostics: &[Diagnostic], source: &Source) -> TokenStream {
    let shown = diagnostics.iter().map(|diagnostic| {
        let ends = source.span_ends(diagnostic.span);
        let place = source.files.place(diagnostic.span.first);
        let message = format!("{place}{}", diagnostic.message);
        match diagnostic.level {
            Level::Error => error_between(ends, &message),
            Level::Warning => warning(ends.0, &message),
        }
    });
    shown.collect()
}

/// Whether there is an error among them.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.level == Level::Error)
}
