//! The optimiser: from what each number leads to, to one small graph of tests.
//!
//! # Passes
//!
//! [`optimise`] shows them in order. Under them all lies the [graph](crate::graph): equal subtrees are one node, so that returns
//! are shared, and so are checks of arguments and the ends of such checks, and a test that leads to the same place either way is none.
//!
//! 1. `thread`: a test of an argument whose outcome is known from an earlier one on the way is stepped over.
//! 2. `runs`: numbers that are decided alike become runs, and each run is weighed.
//! 3. `tree`: the runs are told apart by thresholds, and by tests that carve single numbers out.
//! 4. `headed`: the audit arch is tested, and the number is loaded.
//! 5. `reload`: loads of what A holds already are taken out.
//!
//! Each keeps the meaning; that all of them together did is proved of every finished program.
//!
//! # What is cheap
//!
//! A program costs weight × instructions executed, summed over all numbers, plus a price for each of its instructions. The weights
//! follow from what the kernel runs:
//!
//! - A number that is **allowed by number alone** is found out at install (since Linux 5.11, on the arches that matter), and its calls never
//!   run the program again. They do on older kernels, and wherever another filter is stacked that isn't sure. So these calls weigh
//!   something, and all the same: how often each is made is not known.
//! - A call that goes through **where its arguments say so** runs the program each time, on every kernel. It weighs four times as much.
//! - A **denied** call runs the program too, but a program that is denied something doesn't do it over and over. One that is logged,
//!   traced or answered by somebody pays far more for that than for the way there. These weigh next to nothing, enough to choose between
//!   trees that are else equal; so do numbers that are no call.
//! - A **hot** call weighs sixteen times what it would, and as if it were allowed where it isn't.
//! - At **install** the kernel runs the program once for each number of its tables, whatever comes of it. That is little beside what a process
//!   does later, and the fewer instructions a program has, the less it is.
//!
//! The **price** of an instruction is what it must save of the mean way to be worth it: for speed, a twentieth of a test. For
//! size it is so high that the way only breaks ties.

mod content;
mod reload;
mod thread;
mod tree;
mod weigh;

use crate::bpf::{Constant, JEQ_K, OFFSET_ARCH, OFFSET_NR};
use crate::graph::{Graph, Id};
use crate::lower::Lowered;
use crate::policy::Optimize;
use crate::select::Selection;

/// `optimize = speed`: an instruction is worth it where it saves 1/20 of a test on the mean way.
const SPEED_PRICE: u64 = 20;

/// The graph of the whole program, and where it starts.
pub fn optimise(mut lowered: Lowered, selection: &Selection, optimize: Optimize) -> (Graph, Id) {
    let graph = &mut lowered.graph;
    for leaf in &mut lowered.leaves {
        leaf.root = thread::thread(graph, leaf.root);
    }
    let runs = weigh::runs(&lowered.leaves, selection);
    let numbers = tree::tree(graph, &runs, price(&runs, optimize));
    let root = headed(graph, selection, numbers);
    reload::without_reloads(graph, root)
}

/// What an instruction costs.
fn price(runs: &[tree::Run], optimize: Optimize) -> u64 {
    let total: u64 = runs.iter().map(|run| run.weight).sum();
    match optimize {
        Optimize::Speed => (total / SPEED_PRICE).max(1),
        // No way is longer than the runs are many.
        Optimize::Size => {
            let longest = u64::try_from(runs.len()).unwrap_or(u64::MAX);
            total.saturating_mul(longest.saturating_add(1)).max(1)
        }
    }
}

/// ```text
///     ld  arch
///     jeq AUDIT_ARCH ? : foreign
///     ld  nr
///     …the number tree, in which the ABI bit is one more edge…
/// ```
fn headed(graph: &mut Graph, selection: &Selection, numbers: Id) -> Id {
    let native = graph.load(OFFSET_NR, numbers);
    let foreign = graph.ret(selection.foreign());
    let audit = Constant::Known(selection.arch.audit);
    let same_arch = graph.test(JEQ_K, audit, native, foreign);
    graph.load(OFFSET_ARCH, same_arch)
}
