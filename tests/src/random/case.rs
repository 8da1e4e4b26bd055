//! A policy at random beside what it means: what is tested of each of them, whatever made the choices.

use std::fmt;

use seccomptime_compiler::arch::Arch;
use seccomptime_compiler::plain::{self, Plain};
use seccomptime_compiler::policy::Policy;
use seccomptime_compiler::prove::Refusal;
use seccomptime_compiler::sim;

use super::{Choices, Known, Machine, Tree, arch, calls, policy, tree_of};
use crate::reference::{Call, Fault, Reference};
use crate::stages::{Refused, draft, linked, parsed};

/// A policy on an arch, and calls.
pub struct Case {
    /// The arch.
    pub arch: &'static Arch,
    /// Whether it is a debug build.
    pub debug: bool,
    /// The policy as it is written.
    pub text: String,
    /// The policy as it is read.
    pub policy: Policy,
    /// The calls.
    pub calls: Vec<Call>,
    conditions: Vec<Tree>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Case {
            arch, debug, text, ..
        } = self;
        write!(f, "{} with debug {debug}: {text}", arch.name)
    }
}

/// What a policy and its calls are made for.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The arches by name; all of them where it is empty.
    pub arches: &'static [&'static str],
    /// What runs the programs.
    pub machine: Machine,
    /// How many calls are made.
    pub calls: usize,
}

impl Case {
    /// The case of these choices.
    ///
    /// # Panics
    ///
    /// Where what is written isn't a policy, or there is no arch of a name.
    pub fn of(choices: &[u32], kind: Kind) -> Case {
        let mut choices = Choices::new(choices);
        let arch = match kind.arches {
            [] => arch(&mut choices),
            some => Arch::from_name(choices.one(some)).expect("a known arch"),
        };
        let debug = choices.once_in(3);
        let (text, conditions) = policy(&mut choices, arch, kind.machine);
        let policy = parsed(&text);
        let calls = calls(&mut choices, &Known::of(&policy, arch), kind.calls);
        Case {
            arch,
            debug,
            text,
            policy,
            calls,
            conditions,
        }
    }

    /// What the policy means.
    pub fn reference(&self) -> Reference<'_> {
        Reference::new(&self.policy, self.arch, self.debug)
    }

    /// The program with its values known, where there is to be one. What the compiler and rustc refuse, the reference finds fault with.
    ///
    /// # Errors
    ///
    /// What they don't agree on.
    pub fn draft(&self, reference: &Reference<'_>) -> Result<Option<Vec<Plain>>, String> {
        let [deciding, other] = reference.faults();
        let mut faults = deciding.iter().chain(&other);
        match draft(&self.policy, self.arch, self.debug) {
            Ok(draft) => match deciding.first() {
                None => Ok(Some(draft)),
                Some(fault) => Err(format!("{fault:?} compiles")),
            },
            Err(Refused::Compiler(messages)) => {
                let nothing = |m: &String| m.starts_with("nothing is left of");
                let missing = faults.any(|fault| *fault == Fault::Missing);
                match missing || messages.iter().any(nothing) {
                    true => Ok(None),
                    false => Err(format!("doesn't compile: {messages:?}")),
                }
            }
            // Conditions that can't be looked through: a policy not to be written.
            Err(Refused::Prover(Refusal::TooMany(_))) => Ok(None),
            Err(Refused::Constant(condition, holds)) => self.is_constant(&condition, holds),
            Err(Refused::Prover(refusal)) => Err(format!("isn't proved: {refusal}")),
            Err(Refused::Rustc(fault)) => match faults.next() {
                Some(_) => Ok(None),
                None => Err(format!("rustc refuses it: {fault}")),
            },
        }
    }

    /// That a condition which rustc says to hold always, or never, does so as far as the calls show.
    fn is_constant(&self, condition: &[Plain], holds: bool) -> Result<Option<Vec<Plain>>, String> {
        let verdict = |call: &Call| run(condition, call, self.arch);
        let want = Some(if holds {
            libc::SECCOMP_RET_ALLOW
        } else {
            libc::SECCOMP_RET_KILL_PROCESS
        });
        match self.calls.iter().find(|call| verdict(call) != want) {
            None => Ok(None),
            Some(call) => Err(format!("{call:x?}: not always {holds}")),
        }
    }

    /// The program that is installed, once the policy is seen to be read as it was written, and the draft and the linked program to do
    /// what the reference says on every call. Nothing where there is to be none.
    ///
    /// # Errors
    ///
    /// What isn't so.
    pub fn program(&self) -> Result<Option<Vec<Plain>>, String> {
        let rules = self.policy.rules.iter();
        let conditions = rules.filter_map(|rule| rule.pattern.condition.as_ref());
        let conditions: Vec<Tree> = conditions.map(tree_of).collect();
        if conditions != self.conditions {
            return Err(format!("read as {conditions:?}"));
        }
        let reference = self.reference();
        let Some(draft) = self.draft(&reference)? else {
            return Ok(None);
        };
        let linked = linked(&draft);
        if linked.len() > draft.len() {
            let lengths = (draft.len(), linked.len());
            return Err(format!("{} instructions made {}", lengths.0, lengths.1));
        }
        for call in &self.calls {
            let want = Some(reference.decide(call));
            for (what, program) in [("draft", &draft), ("linked program", &linked)] {
                let found = run(program, call, self.arch);
                if found != want {
                    return Err(format!(
                        "{call:x?}: {found:x?} by the {what}, not {want:x?}"
                    ));
                }
            }
        }
        Ok(Some(linked))
    }
}

/// What a program returns for a call, by our own simulator.
pub fn run(program: &[Plain], call: &Call, arch: &Arch) -> Option<u32> {
    let shown = sim::Call {
        nr: call.nr,
        arch: call.audit,
        instruction_pointer: 0,
        args: call.args,
    };
    plain::run(program, &shown, arch.big_endian)
}
