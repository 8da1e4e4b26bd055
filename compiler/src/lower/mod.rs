//! From decisions to a graph of tests: the header, the number tree, and behind some of its leaves the arguments.

mod condition;
mod reload;

use crate::action::Verb;
use crate::arch::Arch;
use crate::bpf::{Constant, JEQ_K, OFFSET_ARCH, OFFSET_NR};
use crate::data::Syscall;
use crate::diagnostic::Report;
use crate::graph::{Graph, Id};
use crate::policy::{Action, Condition, Optimize};
use crate::select::{Decision, Selection};
use crate::tree::{Run, tree};
use crate::values::Values;

use condition::Lowering;

/// What a test on the way to an allowed number weighs, against [`DENIED_WEIGHT`].
const ALLOWED_WEIGHT: u64 = 64;
/// What a test on the way to any other run weighs: enough to choose between trees that are else equal.
const DENIED_WEIGHT: u64 = 1;

/// A program before its instructions have places.
#[derive(Debug)]
pub struct Lowered {
    /// Its nodes.
    pub graph: Graph,
    /// Where it starts.
    pub root: Id,
    /// The values that its constants are halves of.
    pub values: Values,
}

/// Lowers `selection`. Conditions that can't be looked at on its arch go to `report`.
///
/// ```text
///     ld  arch
///     jeq AUDIT_ARCH ? : foreign
///     ld  nr
///     …the number tree, in which the ABI bit is one more edge…
/// ```
pub fn lower(selection: &Selection, optimize: Optimize, report: &mut Report) -> Lowered {
    let mut values = Values::default();
    let mut lowering = Lowering::new(selection.arch, optimize, &mut values, report);
    let runs = runs(&mut lowering, selection);
    let mut graph = lowering.finish();
    let numbers = tree(&mut graph, &runs, optimize);
    let native = graph.load(OFFSET_NR, numbers);
    let foreign = graph.ret(selection.foreign());
    let audit = Constant::Known(selection.arch.audit);
    let same_arch = graph.test(JEQ_K, audit, native, foreign);
    let root = graph.load(OFFSET_ARCH, same_arch);
    let (graph, root) = reload::without_reloads(&graph, root);
    Lowered {
        graph,
        root,
        values,
    }
}

/// Lowers a condition of a call by itself: it leads to the first of `ends` where it holds, to the other one where it doesn't.
pub fn condition_alone(
    arch: &'static Arch,
    optimize: Optimize,
    values: &mut Values,
    report: &mut Report,
    (call, condition): (Option<&'static Syscall>, &Condition),
    ends: &[Action; 2],
) -> (Graph, Id) {
    let mut lowering = Lowering::new(arch, optimize, values, report);
    let root = lowering.alone(call, condition, ends);
    (lowering.finish(), root)
}

/// The numbers, cut where the decision changes.
fn runs(lowering: &mut Lowering<'_>, selection: &Selection) -> Vec<Run> {
    let edges = selection.edges();
    let mut runs: Vec<Run> = Vec::new();
    for (i, &first) in edges.iter().enumerate() {
        let last = edges.get(i + 1).map_or(u32::MAX, |next| next - 1);
        let decision = selection.decide(first);
        let leaf = lowering.decision(&decision);
        let weight = weight(&decision, first == last);
        match runs.last_mut() {
            Some(run) if run.leaf == leaf => {
                run.last = last;
                run.weight += weight;
            }
            _ => runs.push(Run {
                first,
                last,
                leaf,
                weight,
            }),
        }
    }
    runs
}

/// Between two edges stands either one number of the table, or numbers that nobody calls.
fn weight(decision: &Decision, single: bool) -> u64 {
    let allowed = decision.actions().any(|action| action.verb == Verb::Allow);
    if allowed && single {
        ALLOWED_WEIGHT
    } else {
        DENIED_WEIGHT
    }
}
