//! From decisions to graphs of tests: what happens once a call's number has been told.

mod condition;

use crate::arch::Arch;
use crate::data::Syscall;
use crate::diagnostic::Report;
use crate::graph::{Graph, Id};
use crate::policy::{Action, Condition, Optimize};
use crate::select::{Decision, Selection};
use crate::values::Values;

use condition::Lowering;

/// What each number leads to; nothing tells the numbers apart yet.
#[derive(Debug)]
pub struct Lowered {
    /// The nodes.
    pub graph: Graph,
    /// All numbers from 0 on, in order and without gaps.
    pub leaves: Vec<Leaf>,
    /// The values that the graph's constants are halves of.
    pub values: Values,
}

/// Numbers with one decision.
#[derive(Debug)]
pub struct Leaf {
    /// The first number.
    pub first: u32,
    /// The last one.
    pub last: u32,
    /// What is decided.
    pub decision: Decision,
    /// Where the tests that lead to it start.
    pub root: Id,
}

impl Leaf {
    /// Whether there is only one number.
    pub fn is_single(&self) -> bool {
        self.first == self.last
    }
}

/// Lowers `selection`. Conditions that can't be looked at on its arch go to `report`.
pub fn lower(selection: &Selection, optimize: Optimize, report: &mut Report) -> Lowered {
    let mut values = Values::default();
    let mut lowering = Lowering::new(selection.arch, optimize, &mut values, report);
    let edges = selection.edges();
    let mut leaves = Vec::with_capacity(edges.len());
    for (i, &first) in edges.iter().enumerate() {
        let decision = selection.decide(first);
        leaves.push(Leaf {
            first,
            last: edges.get(i + 1).map_or(u32::MAX, |next| next - 1),
            root: lowering.decision(&decision),
            decision,
        });
    }
    let graph = lowering.finish();
    Lowered {
        graph,
        leaves,
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
