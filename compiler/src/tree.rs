//! The number tree: which tests on the number lead to which decision.
//!
//! The numbers fall into runs with one decision each. A node is either a threshold that halves the runs
//! (`JGE`), or a chain of `JEQ`s that carve single numbers out of what has one decision but for them: a lone
//! number costs one test so, and two as a run between two thresholds. Which of the two, and where to halve, is
//! chosen by dynamic programming over the ranges of runs.
//!
//! Cost of a tree: the sum over all runs of weight × tests on the way, plus a price for every instruction. The
//! price is what one more instruction must save of the mean way to be worth it; `optimize = size` sets it so
//! high that the way only breaks ties. A long list of runs is halved by weight first, until the search is affordable:
//! macros run unoptimised.

use crate::bpf::{Constant, JEQ_K, JGE_K};
use crate::graph::{Graph, Id};
use crate::policy::Optimize;

/// Neighbouring numbers with one decision.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The first number.
    pub first: u32,
    /// The last one.
    pub last: u32,
    /// What is decided.
    pub leaf: Id,
    /// How much a test on the way here costs.
    pub weight: u64,
}

impl Run {
    fn is_single(&self) -> bool {
        self.first == self.last
    }
}

/// Up to this many runs every way to halve them is tried.
const EXHAUSTIVE: usize = 96;
/// How far from the middle of their weight more runs than that may be halved, in runs.
const WINDOW: usize = 8;
/// `optimize = speed`: an instruction is worth it where it saves 1/12 of a test on the mean way.
const SPEED_PRICE: u64 = 12;

/// The root of the best tree over `runs`, which come in order and without gaps; A holds the number.
pub fn tree(graph: &mut Graph, runs: &[Run], optimize: Optimize) -> Id {
    let total: u64 = runs.iter().map(|run| run.weight).sum();
    let price = match optimize {
        Optimize::Speed => (total / SPEED_PRICE).max(1),
        // No way is longer than the runs are many.
        Optimize::Size => total.saturating_mul(runs.len() as u64 + 1).max(1),
    };
    subtree(graph, runs, price)
}

fn subtree(graph: &mut Graph, runs: &[Run], price: u64) -> Id {
    if runs.len() <= EXHAUSTIVE {
        return Search::new(runs, price).build(graph, 0, runs.len() - 1);
    }
    let split = middle(runs);
    let no = subtree(graph, &runs[..split], price);
    let yes = subtree(graph, &runs[split..], price);
    halve(graph, runs[split].first, yes, no)
}

/// Where to halve many runs: near the middle of their weight, between two wide runs if there are such, since a threshold
/// beside a single number doesn't save carving it out.
fn middle(runs: &[Run]) -> usize {
    let total: u64 = runs.iter().map(|run| run.weight).sum();
    let mut sum = 0;
    let middle = runs.iter().position(|run| {
        sum += run.weight;
        2 * sum >= total
    });
    let middle = middle.unwrap_or(0).clamp(1, runs.len() - 1);
    let low = middle.saturating_sub(WINDOW).max(1);
    let high = (middle + WINDOW).min(runs.len() - 1);
    let singles = |split: &usize| {
        let beside = [&runs[split - 1], &runs[*split]];
        let count = beside.iter().filter(|run| run.is_single()).count();
        (count, split.abs_diff(middle))
    };
    (low..=high).min_by_key(singles).unwrap_or(middle)
}

fn halve(graph: &mut Graph, first: u32, yes: Id, no: Id) -> Id {
    graph.test(JGE_K, Constant::Known(first), yes, no)
}

/// How the runs `i..=j` are told apart.
#[derive(Clone, Copy, Debug)]
enum Plan {
    /// Single numbers carved out of one leaf.
    Chain(Id),
    /// A threshold at the first number of this run.
    Halve(usize),
}

struct Search<'r> {
    runs: &'r [Run],
    price: u64,
    best: Vec<Option<(u64, Plan)>>,
}

impl<'r> Search<'r> {
    fn new(runs: &'r [Run], price: u64) -> Search<'r> {
        Search {
            runs,
            price,
            best: vec![None; runs.len() * runs.len()],
        }
    }

    fn cost(&mut self, i: usize, j: usize) -> u64 {
        let slot = i * self.runs.len() + j;
        if let Some((cost, _)) = self.best[slot] {
            return cost;
        }
        let mut best = self.chain(i, j);
        let weight: u64 = self.runs[i..=j].iter().map(|run| run.weight).sum();
        for split in i + 1..=j {
            let halves = self
                .cost(i, split - 1)
                .saturating_add(self.cost(split, j))
                .saturating_add(weight)
                .saturating_add(self.price);
            if best.is_none_or(|(cost, _)| halves < cost) {
                best = Some((halves, Plan::Halve(split)));
            }
        }
        // One run alone is always a chain of nothing.
        let best = best.unwrap_or((0, Plan::Chain(self.runs[i].leaf)));
        self.best[slot] = Some(best);
        best.0
    }

    /// The cost of carving, where all runs of more than one number agree.
    fn chain(&self, i: usize, j: usize) -> Option<(u64, Plan)> {
        let runs = &self.runs[i..=j];
        let mut wide = runs.iter().filter(|run| !run.is_single());
        let leaf = match wide.next() {
            Some(run) if wide.all(|other| other.leaf == run.leaf) => run.leaf,
            Some(_) => return None,
            None => runs.iter().max_by_key(|run| run.weight)?.leaf,
        };
        let carved = self.carved(i, j, leaf);
        let mut cost = 0_u64;
        for (before, run) in carved.iter().enumerate() {
            cost = cost.saturating_add(run.weight.saturating_mul(before as u64 + 1));
        }
        let tests = carved.len() as u64;
        let left = runs.iter().filter(|run| run.leaf == leaf);
        let left: u64 = left.map(|run| run.weight).sum();
        let cost = cost
            .saturating_add(left.saturating_mul(tests))
            .saturating_add(self.price.saturating_mul(tests));
        Some((cost, Plan::Chain(leaf)))
    }

    /// The single numbers that don't end in `leaf`, heaviest first.
    fn carved(&self, i: usize, j: usize, leaf: Id) -> Vec<Run> {
        let others = self.runs[i..=j].iter().filter(|run| run.leaf != leaf);
        let mut carved: Vec<Run> = others.copied().collect();
        carved.sort_by_key(|run| core::cmp::Reverse(run.weight));
        carved
    }

    fn build(&mut self, graph: &mut Graph, i: usize, j: usize) -> Id {
        self.cost(i, j);
        let plan = self.best[i * self.runs.len() + j].map(|(_, plan)| plan);
        match plan {
            Some(Plan::Halve(split)) => {
                let no = self.build(graph, i, split - 1);
                let yes = self.build(graph, split, j);
                halve(graph, self.runs[split].first, yes, no)
            }
            Some(Plan::Chain(leaf)) => {
                let carved = self.carved(i, j, leaf);
                carved.iter().rev().fold(leaf, |no, run| {
                    graph.test(JEQ_K, Constant::Known(run.first), run.leaf, no)
                })
            }
            None => self.runs[i].leaf,
        }
    }
}
