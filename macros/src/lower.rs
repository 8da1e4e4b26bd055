//! The second stage of expansion: a policy compiled for the target's arch, as items.

use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use seccomptime_compiler::action::Verb;
use seccomptime_compiler::bpf::{Constant, Instruction};
use seccomptime_compiler::deciding::Wrong;
use seccomptime_compiler::known::Known;
use seccomptime_compiler::policy::{Action, Expression, Flag, Record, Value};
use seccomptime_compiler::record;
use seccomptime_compiler::token;
use seccomptime_compiler::{Arch, Build, Place, Program, compile_at, disasm};

use crate::diagnostics::items;
use crate::literal::{is_untyped, without_parentheses};
use crate::named::Named;
use crate::stage::PLACES;
use crate::tokens::Source;

/// What the stage hands over, taken apart.
pub struct Input {
    arch: &'static Arch,
    debug: bool,
    pub krate: TokenStream,
    name: TokenTree,
    place: Place,
    policy: TokenStream,
}

pub fn expand(stage: TokenStream) -> TokenStream {
    // Nobody writes this macro's input but the two stages themselves.
    let Some(input) = Input::parse(stage) else {
        return crate::diagnostics::error(
            Span::call_site(),
            "`__lower!` is a part of seccomptime's own: use `policy!`",
        );
    };
    let mut source = Source::new(input.policy.clone());
    let build = Build { debug: input.debug };
    let files = &mut source.files;
    match compile_at(input.place, &source.tokens, input.arch, build, files) {
        Ok(mut program) => {
            let known = Known::of(&program.values);
            // What is shown is what is installed, as far as that is known.
            if let Some(linked) = known.linked(&program.instructions) {
                program.instructions = linked;
            }
            Output {
                input: &input,
                source: &source,
                program: &program,
                known,
                named: Named::default(),
            }
            .items()
        }
        Err(diagnostics) => {
            let shown = items(&diagnostics, &source);
            let krate = &input.krate;
            quote! {
                #shown
                static __SECCOMPTIME_POLICY: #krate::Policy = #krate::__private::EMPTY;
            }
        }
    }
}

impl Input {
    fn parse(stage: TokenStream) -> Option<Input> {
        let mut trees = stage.into_iter();
        let arch = trees.next()?.to_string();
        let debug = trees.next()?.to_string() == "true";
        let TokenTree::Group(krate) = trees.next()? else {
            return None;
        };
        let TokenTree::Group(place) = trees.next()? else {
            return None;
        };
        let TokenTree::Group(policy) = trees.next()? else {
            return None;
        };
        let mut place = place.stream().into_iter();
        let name = place.next()?;
        let word = place.next()?.to_string();
        Some(Input {
            arch: Arch::from_name(arch.trim_matches('"'))?,
            debug,
            krate: krate.stream(),
            name,
            place: PLACES.iter().find(|(w, _)| *w == word)?.1,
            policy: policy.stream(),
        })
    }
}

pub struct Output<'a> {
    pub input: &'a Input,
    source: &'a Source,
    pub program: &'a Program,
    pub known: Known,
    named: Named,
}

impl Output<'_> {
    /// The record and the policy that points into it.
    fn items(&self) -> TokenStream {
        let krate = &self.input.krate;
        let settings = &self.program.settings;
        let record = settings.record.as_ref();
        let record = record.map_or(Record::default(), |setting| setting.value);
        let text = match record {
            Record::Full => self.program.text.clone(),
            Record::Minimal | Record::None => String::new(),
        };
        let kind = self.word(match record {
            Record::Full => "Full",
            Record::Minimal => "Minimal",
            Record::None => "None",
        });
        let audit = Literal::u32_unsuffixed(self.program.arch.audit);
        let instructions = self.program.instructions.iter();
        let instructions = instructions.map(|i| self.instruction(i));
        let (count, length) = (instructions.len(), text.len());
        let checksum = Literal::u32_unsuffixed(record::checksum(text.as_bytes()));
        let text = Literal::byte_string(text.as_bytes());
        let values = self.values();
        let (draft, count, instructions) = if self.is_to_link() {
            let draft = quote! {
                const __SECCOMPTIME_DRAFT: [#krate::Instruction; #count] = [#(#instructions),*];
                const __SECCOMPTIME_LINKED: #krate::__private::Linked<#count> =
                    #krate::__private::link(&__SECCOMPTIME_DRAFT);
            };
            let count = quote!({ __SECCOMPTIME_LINKED.length() });
            let linked = quote!(__SECCOMPTIME_LINKED.program());
            (draft, count, linked)
        } else {
            (
                TokenStream::new(),
                quote!(#count),
                quote!([#(#instructions),*]),
            )
        };
        let questions = self.questions();
        let can_report = self.can_report();
        let settings = self.settings();
        let doc = format!(
            "The program for {}:\n\n```text\n{}```",
            self.program.arch.name,
            disasm::disassemble(self.program)
        );
        let warnings = items(&self.program.warnings, self.source);
        let tracking = self.source.files.tracking();
        // The last thing: whatever comes before may name a value.
        let named = self.named.item(krate);
        quote! {
            #warnings
            #tracking
            #named
            #values
            #questions
            #draft
            #[doc = #doc]
            static __SECCOMPTIME_RECORD: #krate::__private::Record<#count, { ::core::file!().len() }, #length> =
                #krate::__private::Record::new(
                    #krate::__private::RecordKind::#kind,
                    #audit,
                    #instructions,
                    #krate::__private::At {
                        file: ::core::file!(),
                        line: ::core::line!(),
                        column: ::core::column!(),
                    },
                    *#text,
                    #checksum,
                );
            static __SECCOMPTIME_POLICY: #krate::Policy =
                #krate::__private::policy(&__SECCOMPTIME_RECORD, #settings);
            #can_report
        }
    }

    fn settings(&self) -> TokenStream {
        let krate = &self.input.krate;
        let settings = &self.program.settings;
        let has = |flag: Flag| settings.flags.iter().any(|f| f.value == flag);
        let all = self.input.place == Place::Main || has(Flag::Tsync);
        let threads = self.word(if all { "All" } else { "Calling" });
        // SECCOMP_FILTER_FLAG_…, linux/seccomp.h; TSYNC is said by `threads`.
        let flags = [
            (Flag::Log, 1_u8 << 1),
            (Flag::SpecAllow, 1 << 2),
            (Flag::WaitKillable, 1 << 5),
        ];
        let flags = flags.iter().filter(|(flag, _)| has(*flag));
        let flags: u8 = flags.map(|(_, bit)| bit).sum();
        let flags = Literal::u8_unsuffixed(flags);
        let default = self.ret(&self.program.default);
        let replacements = self.program.replacements.iter().map(|(action, or)| {
            let code = Literal::u32_unsuffixed(action.verb.code());
            let or = self.ret(or);
            quote!((#code, #or))
        });
        let name = &self.input.name;
        let keep_privs = has(Flag::KeepPrivs);
        let report = match &self.program.trapped {
            Some(names) => {
                let names = Literal::string(names);
                quote!(::core::option::Option::Some(#krate::__private::Reporter::new(#names)))
            }
            None => quote!(::core::option::Option::None),
        };
        quote! {
            #krate::__private::Settings {
                name: #name,
                threads: #krate::__private::Threads::#threads,
                default: #default,
                flags: #krate::__private::flags(#flags),
                keep_privs: #keep_privs,
                fallbacks: &[#(#replacements),*],
                report: #report,
                debug: ::core::cfg!(debug_assertions),
            }
        }
    }

    pub fn word(&self, word: &str) -> Ident {
        Ident::new(word, Span::call_site())
    }

    fn instruction(&self, instruction: &Instruction) -> TokenStream {
        let krate = &self.input.krate;
        let code = Literal::u16_unsuffixed(instruction.code);
        let jt = Literal::u8_unsuffixed(instruction.jt);
        let jf = Literal::u8_unsuffixed(instruction.jf);
        let k = match &instruction.k {
            Constant::Known(k) => {
                let k = Literal::u32_unsuffixed(*k);
                quote!(#k)
            }
            Constant::Return(action) => self.ret(action),
            Constant::Value(half) => self.half(*half),
        };
        quote!(#krate::Instruction { code: #code, jt: #jt, jf: #jf, k: #k })
    }

    /// What rustc finds out about the reporter, at its place.
    fn can_report(&self) -> Option<TokenStream> {
        let report = self.program.settings.report.as_ref()?;
        self.program.trapped.as_ref()?;
        let at = self.at(report.span);
        let krate = moved(&self.input.krate, at);
        let can_report = quote_spanned!(at=> #krate::__private::can_report(&__SECCOMPTIME_POLICY));
        Some(quote!(const _: () = #can_report;))
    }

    /// What rustc finds out about the conditions, at their places.
    fn questions(&self) -> TokenStream {
        let questions = self.program.questions.iter().map(|question| {
            let instructions = question.program.iter().map(|i| self.instruction(i));
            let at = self.at(question.span);
            let krate = moved(&self.input.krate, at);
            let (asks, one, other) = match &question.wrong {
                Wrong::Idle { never, always } => ("decides", never, always.as_deref()),
                Wrong::Open { ever, unclear } => ("keeps_out", ever, Some(unclear.as_str())),
            };
            let asks = Ident::new(asks, at);
            let (one, other) = (
                Literal::string(one),
                Literal::string(other.unwrap_or_default()),
            );
            let asked =
                quote_spanned!(at=> #krate::__private::#asks(&[#(#instructions),*], #one, #other));
            quote!(const _: () = #asked;)
        });
        let masks = self.masks();
        quote!(#(#questions)* #masks)
    }

    /// What rustc finds out about masks, at their places.
    fn masks(&self) -> TokenStream {
        let masks = self.program.masks.iter().map(|test| {
            let mask = self.value(&test.mask);
            let values = test.values.iter().map(|value| self.value(value));
            let field = Literal::u32_unsuffixed(test.field);
            let flags = Literal::u32_unsuffixed(test.flags);
            let message = Literal::string(&test.message);
            let at = self.at(test.span);
            let krate = moved(&self.input.krate, at);
            let checked = quote_spanned!(at=> #krate::__private::no_flag_more(#mask, &[#(#values),*], #field, #flags, #message));
            quote!(const _: () = #checked;)
        });
        masks.collect()
    }

    /// Where something of the user's stands, as a place of the expansion's own code.
    pub fn at(&self, span: token::Span) -> Span {
        let (first, _) = self.source.span_ends(span);
        first.resolved_at(Span::call_site())
    }

    /// What the kernel takes for an action: an expression of type u32.
    fn ret(&self, action: &Action) -> TokenStream {
        let krate = &self.input.krate;
        match &action.value {
            None => {
                let code = Literal::u32_unsuffixed(action.verb.code());
                quote!(#code)
            }
            Some(Value::Enosys) => {
                let code = action.verb.code() | self.program.arch.enosys;
                let code = Literal::u32_unsuffixed(code);
                quote!(#code)
            }
            Some(Value::Expression(expression)) => {
                let check = match action.verb {
                    Verb::Trap => "ret_trap",
                    Verb::Trace => "ret_trace",
                    _ => "ret_errno",
                };
                // A wrong value is reported where this call seems to stand: at the value.
                let at = self.at(expression.span);
                let check = Ident::new(check, at);
                let value = self.value(expression);
                let krate = moved(krate, at);
                quote_spanned!(at=> #krate::__private::#check(#value))
            }
        }
    }

    /// A value as i128, whatever its integer type; any other type is rustc's error at the value.
    pub fn value(&self, expression: &Expression) -> TokenStream {
        let bare = without_parentheses(&expression.tokens);
        let tokens = self.source.stream(bare);
        let at = self.at(expression.span);
        if is_untyped(bare) {
            return quote_spanned!(at=> ::core::convert::identity::<::core::primitive::i128>(#tokens));
        }
        self.named.value(&self.input.krate, expression, tokens, at)
    }
}

/// The same path, which seems to stand at `at`.
pub fn moved(path: &TokenStream, at: Span) -> TokenStream {
    let trees = path.clone().into_iter().map(|mut tree| {
        tree.set_span(at.resolved_at(tree.span()));
        tree
    });
    trees.collect()
}
