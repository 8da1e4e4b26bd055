//! `#[seccomp]`: the filter is installed at the start of a function.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use seccomptime_compiler::policy::OnError;
use seccomptime_compiler::{Analysis, Place, analyse};

use crate::diagnostics::{error, has_errors, items};
use crate::function::{Attribute, Body, Function};
use crate::stage::Stage;
use crate::tokens::Source;

/// Attributes of the language's own that an `async fn` may have without being driven by any of them.
const INERT: [&str; 16] = [
    "doc",
    "allow",
    "warn",
    "deny",
    "forbid",
    "expect",
    "cfg",
    "cfg_attr",
    "inline",
    "cold",
    "must_use",
    "deprecated",
    "track_caller",
    "no_mangle",
    "export_name",
    "link_section",
];

pub fn expand(policy: TokenStream, item: TokenStream) -> TokenStream {
    let mut source = Source::new(policy.clone());
    let function = match Function::parse(item.clone()) {
        Ok(function) => function,
        Err(not) => {
            // The place is taken for main's, so that the policy's own mistakes show as well.
            let analysis = analyse(&source.tokens, Place::Main, &mut source.files);
            let shown = items(&analysis.diagnostics, &source);
            let error = error(
                not.span,
                "`#[seccomp]` goes on a function: put it on `fn main`",
            );
            return quote!(#shown #error #item);
        }
    };
    let place = if function.name == "main" {
        Place::Main
    } else {
        Place::Function
    };
    let Analysis {
        settings,
        diagnostics,
        ..
    } = analyse(&source.tokens, place, &mut source.files);
    let mut shown = items(&diagnostics, &source);
    let stage = Stage::new(&source, settings, place, function.name.to_string());
    let misplaced = misplaced(&function, stage.on_error());
    let is_misplaced = misplaced.is_some();
    shown.extend(misplaced);
    // The item comes out whatever is wrong, so that nothing else seems to be.
    if is_misplaced || has_errors(&diagnostics) {
        return quote!(#shown #item);
    }
    let enter = enter(&stage, &function, &policy);
    let function = match function.asyncness {
        None => prepend(&function, &enter),
        Some(_) => wrap(&function, &enter),
    };
    quote!(#shown #function)
}

/// What is wrong with where the attribute stands.
fn misplaced(function: &Function, on_error: OnError) -> Option<TokenStream> {
    if let Some(span) = function.constness {
        let message = "a `const fn` can't install a filter: put `#[seccomp]` on the function that calls it at run time";
        return Some(error(span, message));
    }
    if let Body::None(span) = function.body {
        let message =
            "a function without a body can't install a filter: put `#[seccomp]` on its definition";
        return Some(error(span, message));
    }
    // One by another name, or by a `cfg_attr`, is seen where it is expanded itself.
    let other = function.attributes.iter().find(|a| is_another(a));
    let here = function.name.span().located_at(Span::call_site());
    let begun = || function.body.is_begun().then_some(here);
    let other = other.map(|other| other.span).or_else(begun);
    if let Some(span) = other.filter(|_| function.name == "main") {
        let message = "`main` has a second `#[seccomp]`, whose filter the first one would have to let in: write one policy";
        return Some(error(span, message));
    }
    if on_error == OnError::Return && function.output.is_empty() {
        let message = "`on_error = return` returns the error: give the function a `-> Result<…>` whose error is made `From<seccomptime::Error>`";
        return Some(error(function.name.span(), message));
    }
    let span = function.asyncness?;
    if !function.attributes.iter().any(drives) {
        let message = "an `async fn` runs on whichever thread polls it, and the filter would stay on that thread: put `#[seccomp]` on `main` beside the runtime's own attribute, such as `#[tokio::main]`, or on a `fn`";
        return Some(error(span, message));
    }
    if !function.parameters.is_empty() {
        let message = "`#[seccomp]` above a runtime's attribute needs a function without parameters: put it below that attribute";
        return Some(error(span, message));
    }
    None
}

/// Whether the attribute is `#[seccomp]` again.
fn is_another(attribute: &Attribute) -> bool {
    attribute.path.rsplit("::").next() == Some("seccomp")
}

/// Whether the attribute can be a runtime's, which makes a plain function of an `async` one.
fn drives(attribute: &Attribute) -> bool {
    !INERT.contains(&attribute.path.as_str())
}

/// The block that installs the filter.
fn enter(stage: &Stage, function: &Function, policy: &TokenStream) -> TokenStream {
    let krate = stage.krate();
    let lower = stage.lower(policy);
    let (enter, unprotected) = match stage.on_error() {
        OnError::Exit => (quote!(enter_or_exit), "is not protected"),
        OnError::Panic => (quote!(enter_or_panic), "is not protected"),
        OnError::Continue => (quote!(enter_or_continue), "is not protected and goes on"),
        OnError::Return => {
            return quote!({
                #lower
                if let ::core::result::Result::Err(error) =
                    #krate::__private::enter_or_return(&__SECCOMPTIME_POLICY)
                {
                    return ::core::result::Result::Err(::core::convert::From::from(error));
                }
            });
        }
    };
    // How the line begins that says why.
    let (start, end) = (
        format!("seccomptime: {} at ", function.name),
        format!(" {unprotected}: "),
    );
    quote!({
        #lower
        const __SECCOMPTIME_HEAD: &::core::primitive::str =
            ::core::concat!(#start, ::core::file!(), ":", ::core::line!(), #end);
        #krate::__private::#enter(&__SECCOMPTIME_POLICY, __SECCOMPTIME_HEAD, const {
            &#krate::__private::Texts::<
                { #krate::__private::TEXTS_LENGTH + __SECCOMPTIME_HEAD.len() },
            >::new(__SECCOMPTIME_HEAD)
        });
    })
}

/// ```text
/// fn main() -> T { #![inner attributes] { enter } body }
/// ```
fn prepend(function: &Function, enter: &TokenStream) -> TokenStream {
    let attributes = function.attributes.iter().map(|a| &a.tokens);
    let signature = &function.signature;
    let body = function.body.begun_by(enter);
    quote!(#(#attributes)* #signature #body)
}

/// ```text
/// fn main() -> T { { enter } #[tokio::main] async fn main() -> T { body } main() }
/// ```
/// The filter is there before the runtime makes a thread.
fn wrap(function: &Function, enter: &TokenStream) -> TokenStream {
    let Function {
        signature,
        visibility,
        name,
        output,
        ..
    } = function;
    let body = function.body.begun_by(&TokenStream::new());
    // Whether the function is there at all is for the outer one to say.
    let (outer, inner): (Vec<&Attribute>, Vec<&Attribute>) = (function.attributes.iter())
        .partition(|attribute| attribute.path == "cfg" || attribute.path == "doc");
    let outer = outer.iter().map(|attribute| &attribute.tokens);
    let inner = inner.iter().map(|attribute| &attribute.tokens);
    quote! {
        #(#outer)*
        #visibility fn #name() #output {
            #enter
            #(#inner)*
            #signature #body
            #name()
        }
    }
}
