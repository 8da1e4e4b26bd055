//! The compiler behind [`seccomptime`](https://docs.rs/seccomptime): from the text of a policy to a BPF program that
//! the kernel's seccomp runs.
//!
//! It is used by the macros, and by the command-line tool. It has no dependency and no `unsafe`, reads no file and
//! knows nothing of the machine it runs on.
//!
//! [`analyse`] and [`compile`] show all stages in order. [`analyse`] is the part that is the same for every arch:
//!
//! ```text
//! tokens ──parse, include──▶ Policy ──resolve──▶ Names ──check──▶ diagnostics
//! ```
//!
//! [`compile`] goes on for one arch alone, which is all that a user pays for:
//!
//! ```text
//! Names ──select──▶ Selection ──lower──▶ Lowered ──optimise──▶ Graph ──emit──▶ Instructions ──prove──▶ Program
//!       ──deciding──▶ what rustc must find out once it knows the values
//! ```
//!
//! Values that are written in figures needn't wait for rustc: [`known`] reads them, and [`link`] ends what has no others.
//!
//! ```
//! use seccomptime_compiler::include::NoFiles;
//! use seccomptime_compiler::{Arch, Build, Place, analyse, compile, lex};
//!
//! let tokens = lex::lex("allow(read, write), default = log", 0).unwrap().tokens;
//! assert!(analyse(&tokens, Place::Main, &mut NoFiles).diagnostics.is_empty());
//! let arch = Arch::from_name("x86_64").unwrap();
//! let program = compile(&tokens, arch, Build { debug: false }, &mut NoFiles).unwrap();
//! assert_eq!(program.instructions.len(), 6);
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod action;
pub mod arch;
pub mod argument;
pub mod bpf;
pub mod check;
pub mod data;
pub mod deciding;
pub mod diagnostic;
pub mod disasm;
pub mod emit;
pub mod emulate;
pub mod graph;
pub mod imply;
pub mod include;
pub mod known;
pub mod lex;
pub mod link;
pub mod lint;
pub mod lower;
mod map;
pub mod names;
pub mod nearest;
pub mod optimise;
pub mod parse;
#[cfg(feature = "tools")]
pub mod plain;
pub mod policy;
pub mod prove;
pub mod record;
pub mod resolve;
pub mod select;
#[cfg(feature = "tools")]
pub mod sim;
pub mod token;
pub mod values;

pub use arch::Arch;
pub use check::Place;
pub use diagnostic::{Diagnostic, Level};

use diagnostic::Report;
use include::Files;
use policy::{Action, Optimize, Policy, Settings};
use prove::{Claim, Refusal};
use resolve::Names;
use select::{Defaults, Selection};
use token::{Span, Token};

/// What is known of the build at hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Build {
    /// Whether `debug_assertions` are on.
    pub debug: bool,
}

/// A policy compiled for one arch.
#[derive(Clone, Debug)]
pub struct Program {
    /// The arch.
    pub arch: &'static Arch,
    /// What the kernel runs.
    pub instructions: Vec<bpf::Instruction>,
    /// The values that its constants are halves of.
    pub values: values::Values,
    /// What rustc must find out once it knows them.
    pub questions: Vec<deciding::Question>,
    /// The masks that it must look at.
    pub masks: Vec<check::MaskTest>,
    /// What the SIGSYS reporter has to know; `None` where there is none, or nothing to report.
    pub trapped: Option<String>,
    /// What happens where no rule matches.
    pub default: Action,
    /// What replaces an action that the kernel lacks, in the order of preference.
    pub replacements: Vec<(Action, Action)>,
    /// All that isn't a rule.
    pub settings: Settings,
    /// The policy's canonical text, with what it includes.
    pub text: String,
    /// What is redundant on this arch alone.
    pub warnings: Vec<Diagnostic>,
}

/// What is the same for every arch.
#[derive(Debug)]
pub struct Analysis {
    /// All that isn't a rule, as far as it could be read.
    pub settings: Settings,
    /// Whether the policy says `notify`, so that it needs a listener.
    pub notifies: bool,
    /// All that is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses and checks a policy for all arches, and tells all that is wrong with it on every one: [`compile`] tells the rest.
pub fn analyse(tokens: &[Token], place: Place, files: &mut dyn Files) -> Analysis {
    let mut report = Report::default();
    let mut policy = include::parse_all(tokens, files, &mut report);
    imply::imply(&mut policy);
    let names = resolve::resolve(&policy, &mut report);
    let whole = Span::of(tokens).unwrap_or_default();
    if report.has_errors() {
        // A name that is missing would look like a rule that is missing.
        check::check_conditions(&policy, &names, place, whole, &mut report);
    } else {
        check::check(&policy, &names, place, whole, &mut report);
    }
    Analysis {
        notifies: policy.notifies(),
        settings: policy.settings,
        diagnostics: report.into_diagnostics(),
    }
}

/// Compiles a policy that stands in `policy!` for one arch.
///
/// # Errors
///
/// What [`analyse`] finds while parsing and resolving, what is wrong on this arch and not on every one, and whatever the finished program is
/// refused for.
pub fn compile(
    tokens: &[Token],
    arch: &'static Arch,
    build: Build,
    files: &mut dyn Files,
) -> Result<Program, Vec<Diagnostic>> {
    compile_at(Place::Value, tokens, arch, build, files)
}

/// Compiles a policy for one arch, wherever it stands.
///
/// # Errors
///
/// As [`compile`] does.
pub fn compile_at(
    place: Place,
    tokens: &[Token],
    arch: &'static Arch,
    build: Build,
    files: &mut dyn Files,
) -> Result<Program, Vec<Diagnostic>> {
    let mut report = Report::default();
    let mut policy = include::parse_all(tokens, files, &mut report);
    imply::imply(&mut policy);
    let names = resolve::resolve(&policy, &mut report);
    if report.has_errors() {
        return Err(report.into_diagnostics());
    }
    let defaults = Defaults::of(&policy, build.debug);
    let whole = Span::of(tokens).unwrap_or_default();
    let built = (&defaults, arch.table);
    check::check_arch(&policy, &names, place, whole, built, &mut report);
    let (instructions, mut values) = generate(&policy, &names, &defaults, arch, &mut report);
    if report.has_errors() {
        return Err(report.into_diagnostics());
    }
    let optimize = optimize(&policy);
    let mut questions = deciding::questions(&names, arch, optimize, &mut values);
    let doubts = check::doubts(&policy, &names, &defaults, arch.table);
    let open = deciding::kept_out(doubts, arch, optimize, &mut values, &mut report);
    questions.extend(open);
    if report.has_errors() {
        return Err(report.into_diagnostics());
    }
    let claim = Claim {
        program: &instructions,
        values: &values,
        names: &names,
        defaults: &defaults,
        arch,
    };
    if let Err(refusal) = prove::prove(&claim) {
        report.error(whole, refused(&refusal, arch));
        return Err(report.into_diagnostics());
    }
    let is_trap = |k: &bpf::Constant| matches!(k, bpf::Constant::Return(action) if action.verb == action::Verb::Trap);
    // With `debug_default = trap` a release build may trap nothing.
    let reports = policy.settings.report.is_some() && instructions.iter().any(|i| is_trap(&i.k));
    let trapped = reports.then(|| names::trapped(&Selection::of(&names, &defaults, arch)));
    Ok(Program {
        arch,
        instructions,
        values,
        questions,
        masks: check::mask_tests(&policy, &names, arch.table),
        trapped,
        default: defaults.default.action.clone(),
        replacements: check::replacements(&defaults),
        text: policy.entries.join(", "),
        settings: policy.settings,
        warnings: report.into_diagnostics(),
    })
}

/// Generates the program for one arch, and the values that its constants are halves of; nothing is proved of it yet. It means nothing
/// where `report` has errors.
pub fn generate(
    policy: &Policy,
    names: &Names<'_>,
    defaults: &Defaults,
    arch: &'static Arch,
    report: &mut Report,
) -> (Vec<bpf::Instruction>, values::Values) {
    let selection = Selection::of(names, defaults, arch);
    let optimize = optimize(policy);
    let mut lowered = lower::lower(&selection, optimize, report);
    let values = core::mem::take(&mut lowered.values);
    let (graph, root) = optimise::optimise(lowered, &selection, optimize);
    (emit::emit(&graph, root), values)
}

fn optimize(policy: &Policy) -> Optimize {
    let said = policy.settings.optimize.as_ref();
    said.map(|setting| setting.value).unwrap_or_default()
}

fn refused(refusal: &Refusal, arch: &Arch) -> String {
    match refusal {
        Refusal::Length(_) => format!("the policy is too long for {}: {refusal}", arch.name),
        Refusal::TooMany(_) => format!(
            "the policy can't be proved for {}: {refusal}; write fewer conditions for that call, or one list of values",
            arch.name
        ),
        _ => format!(
            "seccomptime made a wrong program of this policy for {}, and refuses it: {refusal}; please report it",
            arch.name
        ),
    }
}
