//! The macros of [`seccomptime`](https://docs.rs/seccomptime), which re-exports them: use that crate, not this one.
//!
//! Expansion has two stages. `#[seccomp]` and `policy!` parse and check the policy for every arch, and leave a call of the
//! runtime's `lower!`, which adds the name of the target's arch; the hidden `__lower!` then compiles the policy for that
//! arch alone, whatever the machine that compiles.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod attribute;
mod constants;
mod diagnostics;
mod files;
mod function;
mod literal;
mod lower;
mod named;
mod stage;
mod tokens;
mod value;

use proc_macro::TokenStream;

/// Installs a seccomp filter at the start of a function, before any of its code runs.
///
/// See the documentation of the crate for the language of policies.
#[proc_macro_attribute]
pub fn seccomp(policy: TokenStream, item: TokenStream) -> TokenStream {
    attribute::expand(policy.into(), item.into()).into()
}

/// A policy as a value, to be put into a `static` or `const` and installed by hand.
///
/// See the documentation of the crate for the language of policies.
#[proc_macro]
pub fn policy(policy: TokenStream) -> TokenStream {
    value::expand(policy.into()).into()
}

/// The second stage of expansion: compiles for one arch.
#[doc(hidden)]
#[proc_macro]
pub fn __lower(stage: TokenStream) -> TokenStream {
    lower::expand(stage.into()).into()
}
