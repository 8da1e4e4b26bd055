//! What each number weighs; the module above says why.

use crate::action::Verb;
use crate::lower::Leaf;
use crate::select::Selection;

use super::tree::Run;

/// Denied, or no call at all.
const DENIED: u64 = 1;
/// Allowed by number alone.
const ALLOWED: u64 = 64;
/// Allowed where its arguments say so.
const LOOKED_AT: u64 = 4 * ALLOWED;

/// The numbers, cut where they lead elsewhere. Two neighbours are two runs though they lead to one place: they may be carved out one by
/// one, for as many tests as two thresholds are, and with one of them a test nearer.
pub(super) fn runs(leaves: &[Leaf], selection: &Selection) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let same = |a: &Leaf, b: &Leaf| a.root == b.root;
    for leaves in leaves.chunk_by(same) {
        let runs_of = leaves.iter().map(|leaf| Run {
            first: leaf.first,
            last: leaf.last,
            leaf: leaf.root,
            weight: weight(leaf, selection),
        });
        match leaves {
            [one, other] if one.is_single() && other.is_single() => runs.extend(runs_of),
            _ => runs.extend(runs_of.reduce(|run, next| Run {
                last: next.last,
                weight: run.weight + next.weight,
                ..run
            })),
        }
    }
    runs
}

/// What a test on the way to these numbers weighs. There is either one of them, or nobody calls them.
fn weight(leaf: &Leaf, selection: &Selection) -> u64 {
    let decision = &leaf.decision;
    let is_allowed = decision.actions().any(|action| action.verb == Verb::Allow);
    let weight = match (leaf.is_single() && is_allowed, &decision.branches[..]) {
        (false, _) => DENIED,
        (true, []) => ALLOWED,
        (true, _) => LOOKED_AT,
    };
    match selection.heat(leaf.first) {
        Some(heat) if leaf.is_single() => weight.max(ALLOWED).saturating_mul(heat),
        _ => weight,
    }
}
