//! The compiler's stages one by one, without the checks of what a policy had better not say: what is compared here are meanings.

use seccomptime::__private::{always_allows, link_into, never_allows};
use seccomptime::Instruction;
use seccomptime_compiler::arch::Arch;
use seccomptime_compiler::deciding::{Wrong, questions};
use seccomptime_compiler::diagnostic::Report;
use seccomptime_compiler::lex::lex;
use seccomptime_compiler::plain::{Fault, Plain, plain};
use seccomptime_compiler::policy::{Optimize, Policy};
use seccomptime_compiler::prove::{Claim, Refusal};
use seccomptime_compiler::select::Defaults;
use seccomptime_compiler::{bpf, generate, imply, link, parse, prove, resolve};

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
    /// The prover does, whatever for.
    Prover(Refusal),
    /// rustc would, once it knows the values.
    Rustc(Fault),
    /// rustc would, for a condition that always holds, or never: as a program, and whether it holds.
    Constant(Vec<Plain>, bool),
}

/// The draft of a program, its values known.
///
/// # Errors
///
/// The policy doesn't compile.
pub fn draft(policy: &Policy, arch: &'static Arch, debug: bool) -> Result<Vec<Plain>, Refused> {
    let draft = claim(policy, arch, debug, |claim| {
        prove::prove(claim).map_err(Refused::Prover)?;
        let mut values = claim.values.clone();
        let questions = questions(claim.names, arch, Optimize::default(), &mut values);
        for question in questions {
            let program = plain(&question.program, &values, arch, &reference::number);
            let program = program.map_err(Refused::Rustc)?;
            let instructions: Vec<Instruction> = program.iter().map(instruction).collect();
            let Wrong::Idle { always, .. } = question.wrong else {
                continue;
            };
            if never_allows(&instructions) {
                return Err(Refused::Constant(program, false));
            }
            if always.is_some() && always_allows(&instructions) {
                return Err(Refused::Constant(program, true));
            }
        }
        plain(claim.program, claim.values, arch, &reference::number).map_err(Refused::Rustc)
    });
    draft.map_err(Refused::Compiler)?
}

fn instruction(&Plain { code, jt, jf, k }: &Plain) -> Instruction {
    Instruction { code, jt, jf, k }
}

/// Makes a program, and gives what is to be proved of it to `of`.
///
/// # Errors
///
/// The policy doesn't compile: the compiler's messages.
pub fn claim<T>(
    policy: &Policy,
    arch: &'static Arch,
    debug: bool,
    of: impl FnOnce(&Claim<'_, '_>) -> T,
) -> Result<T, Vec<String>> {
    let mut report = Report::default();
    let mut policy = policy.clone();
    imply::imply(&mut policy);
    let names = resolve::resolve(&policy, &mut report);
    let defaults = Defaults::of(&policy, debug);
    let (instructions, values) = generate(&policy, &names, &defaults, arch, &mut report);
    if report.has_errors() {
        let messages = report.into_diagnostics().into_iter().map(|d| d.message);
        return Err(messages.collect());
    }
    Ok(of(&Claim {
        program: &instructions,
        values: &values,
        names: &names,
        defaults: &defaults,
        arch,
    }))
}

/// The program that the runtime links of a draft while a user's crate is compiled, and the compiler of one whose values it knows.
///
/// # Panics
///
/// Where these are two.
pub fn linked(draft: &[Plain]) -> Vec<Plain> {
    let mut linked: Vec<Instruction> = draft.iter().map(instruction).collect();
    let length = link_into(&mut linked, &mut vec![0; draft.len()]);
    let from = |&Instruction { code, jt, jf, k }: &Instruction| Plain { code, jt, jf, k };
    let linked: Vec<Plain> = linked[..length].iter().map(from).collect();
    let known = draft
        .iter()
        .map(|i| bpf::Instruction::new(i.code, i.jt, i.jf, i.k));
    let by_compiler = link::link(known.collect()).into_iter().map(|i| Plain {
        code: i.code,
        jt: i.jt,
        jf: i.jf,
        k: i.known().expect("all constants are known"),
    });
    assert_eq!(by_compiler.collect::<Vec<_>>(), linked, "{draft:?}");
    linked
}
