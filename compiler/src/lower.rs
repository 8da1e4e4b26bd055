//! From decisions to a graph of tests: the header, then the number tree.

use crate::action::Verb;
use crate::bpf::{JEQ_K, OFFSET_ARCH, OFFSET_NR};
use crate::graph::{Graph, Id, Node};
use crate::policy::Optimize;
use crate::select::{Decision, Selection};
use crate::tree::{Run, tree};

/// What a test on the way to an allowed number weighs, against [`DENIED_WEIGHT`].
const ALLOWED_WEIGHT: u64 = 64;
/// What a test on the way to any other run weighs: enough to choose between trees that are else equal.
const DENIED_WEIGHT: u64 = 1;

/// Lowers `selection`; the node returned is where the program starts.
///
/// ```text
///     ld  arch
///     jeq AUDIT_ARCH ? : foreign
///     ld  nr
///     …the number tree, in which the ABI bit is one more edge…
/// ```
pub fn lower(selection: &Selection, optimize: Optimize) -> (Graph, Id) {
    let mut graph = Graph::default();
    let runs = runs(&mut graph, selection);
    let numbers = tree(&mut graph, &runs, optimize);
    let native = graph.node(Node::Load {
        offset: OFFSET_NR,
        next: numbers,
    });
    let foreign = graph.node(Node::Return(selection.foreign().clone()));
    let same_arch = graph.node(Node::Test {
        code: JEQ_K,
        k: selection.arch.audit,
        yes: native,
        no: foreign,
    });
    let root = graph.node(Node::Load {
        offset: OFFSET_ARCH,
        next: same_arch,
    });
    (graph, root)
}

/// The numbers, cut where the decision changes.
fn runs(graph: &mut Graph, selection: &Selection) -> Vec<Run> {
    let edges = selection.edges();
    let mut runs: Vec<Run> = Vec::new();
    for (i, &first) in edges.iter().enumerate() {
        let last = edges.get(i + 1).map_or(u32::MAX, |next| next - 1);
        let decision = selection.decide(first);
        let allowed = decision.otherwise.verb == Verb::Allow;
        // Between two edges stand either one number of the table or numbers that nobody calls.
        let weight = if allowed && first == last {
            ALLOWED_WEIGHT
        } else {
            DENIED_WEIGHT
        };
        let leaf = leaf(graph, &decision);
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

fn leaf(graph: &mut Graph, decision: &Decision) -> Id {
    debug_assert!(
        decision.branches.is_empty(),
        "conditions are refused before"
    );
    graph.node(Node::Return(decision.otherwise.clone()))
}
