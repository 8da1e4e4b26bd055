//! The constants of an expansion: the values of the conditions that only rustc knows, and what is made of them.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use seccomptime_compiler::bpf::{AND_K, Constant, Half, Instruction, JGT_K, JSET_K, Of};
use seccomptime_compiler::values::{self, Rule};

use crate::lower::{Output, moved};

impl Output<'_> {
    /// Half of a value: an expression of type u32.
    pub fn half(&self, half: Half) -> TokenStream {
        let krate = &self.input.krate;
        if let Some(known) = self.known.half(half) {
            return Literal::u32_unsuffixed(known).into_token_stream();
        }
        let value = match half.of {
            Of::One(value) => {
                let name = value_name(value);
                quote!(#name)
            }
            Of::Sorted { list, index } => {
                let name = list_name(list);
                let index = Literal::usize_unsuffixed(index);
                quote!(#name[#index])
            }
        };
        let part = self.word(if half.high { "high" } else { "low" });
        let half_value = quote!(#krate::__private::#part(#value));
        if half.flip {
            quote!(#krate::__private::flip(#half_value))
        } else {
            half_value
        }
    }

    /// The values of the conditions that aren't known as constants, checked where they stand.
    pub fn values(&self) -> TokenStream {
        let values = &self.program.values;
        let constants = values.all.iter().enumerate();
        let constants = constants.filter(|(index, _)| self.known.value(*index).is_none());
        let constants = constants.map(|(index, value)| {
            let name = value_name(index);
            let checked = self.checked(value);
            quote!(const #name: ::core::primitive::u64 = #checked;)
        });
        let lists = values.lists.iter().enumerate();
        let lists = lists.filter(|(index, _)| !self.known.list(*index));
        let lists = lists.map(|(index, list)| {
            let krate = &self.input.krate;
            let name = list_name(index);
            let length = list.values.len();
            let members = list.values.iter().map(|&value| self.bits(value));
            let at = self.at(list.span);
            let krate = moved(krate, at);
            let sorted = quote_spanned!(at=> #krate::__private::sorted([#(#members),*]));
            // One that isn't searched is still checked for twins.
            quote! {
                const #name: [::core::primitive::u64; #length] = #sorted;
                const _: () = { #name; };
            }
        });
        quote!(#(#constants)* #(#lists)*)
    }

    /// The bits of a value: their name, or themselves.
    fn bits(&self, value: usize) -> TokenStream {
        match self.known.value(value) {
            Some(bits) => Literal::u64_unsuffixed(bits).into_token_stream(),
            None => value_name(value).into_token_stream(),
        }
    }

    /// A value's bits, once it is known to be what it must be.
    fn checked(&self, value: &values::Value) -> TokenStream {
        let at = self.at(value.expression.span);
        let krate = moved(&self.input.krate, at);
        let expression = self.value(&value.expression);
        let bits = self.word(match (value.ty.bits, value.ty.signed) {
            (16, _) => "U16",
            (32, false) => "U32",
            (32, true) => "I32",
            (_, false) => "U64",
            (_, true) => "I64",
        });
        let (check, other) = match value.rule {
            Rule::Fits => ("fits", None),
            Rule::Mask => ("mask", None),
            Rule::Within(mask) => ("within", Some(mask)),
            Rule::AboveLeast => ("above_least", None),
            Rule::BelowGreatest => ("below_greatest", None),
            Rule::LowEnd => ("low_end", None),
            Rule::HighEnd(low) => ("high_end", Some(low)),
        };
        let check = Ident::new(check, at);
        let other = other.map(|other| self.bits(other)).into_iter();
        quote_spanned! {at=>
            #krate::__private::#check(#expression, #krate::__private::Bits::#bits #(, #other)*)
        }
    }

    /// Whether linking may change the program. That is where numbers of a list are neighbours, which those of one that isn't known may be,
    /// and where an instruction may turn out to be needless, or to make another one so: one that looks at the upper half of a mask, which
    /// may have no bit, or of a number that is the end of an order, which may be 0.
    pub fn is_to_link(&self) -> bool {
        let program = &self.program.instructions;
        self.known.has_run(program) || program.iter().any(|instruction| self.may_go(instruction))
    }

    fn may_go(&self, instruction: &Instruction) -> bool {
        let Constant::Value(half) = &instruction.k else {
            return false;
        };
        let may_be_0 = self.known.half(*half).is_none_or(|half| half == 0);
        let looks_at_0 =
            matches!(instruction.code, AND_K | JSET_K) || !half.flip && instruction.code == JGT_K;
        match half.of {
            Of::Sorted { list, .. } if !self.known.list(list) => true,
            _ => half.high && looks_at_0 && may_be_0,
        }
    }
}

/// The constant of a value.
fn value_name(index: usize) -> Ident {
    Ident::new(&format!("__SECCOMPTIME_VALUE_{index}"), Span::call_site())
}

/// The constant of a list.
fn list_name(index: usize) -> Ident {
    Ident::new(&format!("__SECCOMPTIME_LIST_{index}"), Span::call_site())
}
