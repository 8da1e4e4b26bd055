//! The compiler's stages one by one, without the checks of what a policy had better not say: what is compared here are meanings.

use seccomptime::{__private::link_into, Instruction};
use seccomptime_compiler::arch::Arch;
use seccomptime_compiler::diagnostic::Report;
use seccomptime_compiler::lex::lex;
use seccomptime_compiler::plain::{Fault, Plain, plain};
use seccomptime_compiler::policy::Policy;
use seccomptime_compiler::select::{Defaults, Selection};
use seccomptime_compiler::{emit, imply, lower, parse, prove, resolve};

use crate::reference;

/// The policy of a text.
///
/// # Panics
///
/// Where the text is none.
pub fn parsed(text: &str) -> Policy {
    let tokens = lex(text, 0).expect("tokens").tokens;
    let mut report = Report::default();
    let policy = parse::parse(&tokens, &mut report);
    assert!(
        !report.has_errors(),
        "{:?} in {text}",
        report.into_diagnostics()
    );
    policy
}

/// Why a policy doesn't compile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    /// The compiler says so: its messages.
    Compiler(Vec<String>),
    /// rustc would, once it knows the values.
    Rustc(Fault),
}

/// The draft of a program, its values known.
///
/// # Errors
///
/// The policy doesn't compile.
pub fn draft(policy: &Policy, arch: &'static Arch, debug: bool) -> Result<Vec<Plain>, Refused> {
    let mut report = Report::default();
    let mut policy = policy.clone();
    imply::imply(&mut policy);
    let names = resolve::resolve(&policy, &mut report);
    let selection = Selection::of(&names, &Defaults::of(&policy, debug), arch);
    let optimize = policy.settings.optimize.as_ref().map(|s| s.value);
    let lowered = lower::lower(&selection, optimize.unwrap_or_default(), &mut report);
    if report.has_errors() {
        let messages = report.into_diagnostics().into_iter().map(|d| d.message);
        return Err(Refused::Compiler(messages.collect()));
    }
    let instructions = emit::emit(&lowered.graph, lowered.root);
    if let Err(refusal) = prove::prove(&instructions, &selection) {
        return Err(Refused::Compiler(vec![refusal.to_string()]));
    }
    plain(&instructions, &lowered.values, arch, &reference::number).map_err(Refused::Rustc)
}

/// The program that the runtime links of a draft while a user's crate is compiled.
pub fn linked(draft: &[Plain]) -> Vec<Plain> {
    let to = |&Plain { code, jt, jf, k }: &Plain| Instruction { code, jt, jf, k };
    let draft: Vec<Instruction> = draft.iter().map(to).collect();
    let mut linked = draft.clone();
    let (mut goes_to, mut place) = (vec![0; draft.len()], vec![0; draft.len()]);
    let length = link_into(&draft, &mut linked, &mut goes_to, &mut place);
    let from = |&Instruction { code, jt, jf, k }: &Instruction| Plain { code, jt, jf, k };
    linked[..length].iter().map(from).collect()
}
