//! The number tree: which tests on the number lead to which decision.
//!
//! A node is either a threshold that halves the runs (`JGE`), or a chain of `JEQ`s that carve single numbers out of what has one
//! decision but for them: a lone number costs one test so, and two as a run between two thresholds. Which of the two, and
//! where to halve, is chosen by dynamic programming over the ranges of runs, by the cost that the module above tells.
//!
//! Where to halve a range is looked for between where it is best for the range without its last run and for the range without its first
//! one, and a few runs beyond: for trees of thresholds alone nothing better is elsewhere (Knuth's bound), and chains move it by little.
//! A long list of runs is halved by weight first, until the search is affordable: macros run unoptimised.

use std::collections::BTreeMap;

use crate::bpf::{Constant, JEQ_K, JGE_K};
use crate::graph::{Graph, Id};

/// Neighbouring numbers with one decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Run {
    /// The first number.
    pub(super) first: u32,
    /// The last one.
    pub(super) last: u32,
    /// What is decided.
    pub(super) leaf: Id,
    /// How much a test on the way here costs.
    pub(super) weight: u64,
}

impl Run {
    fn is_single(&self) -> bool {
        self.first == self.last
    }
}

/// Up to this many runs are searched together.
const SEARCHED: usize = 128;
/// How far from the middle of their weight more runs than that may be halved, in runs.
const WINDOW: usize = 8;
/// How far beyond Knuth's bound a place to halve at is looked for, in runs.
const BEYOND: usize = 4;

/// The root of the best tree over `runs`, which come in order and without gaps; A holds the number. An instruction costs `price`.
pub(super) fn tree(graph: &mut Graph, runs: &[Run], price: u64) -> Id {
    if runs.len() <= SEARCHED {
        return Search::of(runs, price).build(graph, 0, runs.len() - 1);
    }
    let split = middle(runs);
    let no = tree(graph, &runs[..split], price);
    let yes = tree(graph, &runs[split..], price);
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

/// How a range of runs is told apart.
#[derive(Clone, Copy, Debug)]
enum Plan {
    /// Single numbers carved out of one leaf.
    Chain(Id),
    /// A threshold at the first number of a run.
    Halve,
}

/// The best way to tell the runs `i..=j` apart.
#[derive(Clone, Copy, Debug)]
struct Best {
    cost: u64,
    plan: Plan,
    /// The run at whose first number to halve, if that is the plan, or would be if there were no chain.
    split: usize,
}

struct Search<'r> {
    runs: &'r [Run],
    best: Vec<Best>,
}

impl<'r> Search<'r> {
    fn of(runs: &'r [Run], price: u64) -> Search<'r> {
        let count = runs.len();
        let none = Best {
            cost: 0,
            plan: Plan::Chain(runs[0].leaf),
            split: 0,
        };
        let mut search = Search {
            runs,
            best: vec![none; count * count],
        };
        for i in (0..count).rev() {
            let mut chain = Chain::default();
            let mut weight = 0_u64;
            for j in i..count {
                weight += runs[j].weight;
                chain.push(&runs[i..=j]);
                let halved = search.halved(i, j, weight.saturating_add(price));
                let mut best = halved.unwrap_or(Best {
                    cost: u64::MAX,
                    plan: Plan::Halve,
                    split: i,
                });
                if let Some((cost, leaf)) = chain.cost(price) {
                    if cost <= best.cost {
                        best.cost = cost;
                        best.plan = Plan::Chain(leaf);
                    }
                }
                search.best[i * count + j] = best;
            }
        }
        search
    }

    fn at(&self, i: usize, j: usize) -> Best {
        self.best[i * self.runs.len() + j]
    }

    /// The best way to halve, where there is more than one run; a threshold costs `node`.
    fn halved(&self, i: usize, j: usize, node: u64) -> Option<Best> {
        if i == j {
            return None;
        }
        let bounds = (self.at(i, j - 1).split, self.at(i + 1, j).split);
        let low = bounds.0.min(bounds.1).saturating_sub(BEYOND).max(i + 1);
        let high = (bounds.0.max(bounds.1) + BEYOND).min(j);
        let count = self.runs.len();
        let (mut least, mut split) = (u64::MAX, low);
        for s in low..=high {
            let (no, yes) = (&self.best[i * count + s - 1], &self.best[s * count + j]);
            let both = no.cost.saturating_add(yes.cost);
            if both < least {
                (least, split) = (both, s);
            }
        }
        Some(Best {
            cost: least.saturating_add(node),
            plan: Plan::Halve,
            split,
        })
    }

    fn build(&self, graph: &mut Graph, i: usize, j: usize) -> Id {
        let Best { plan, split, .. } = self.at(i, j);
        match plan {
            Plan::Halve => {
                let no = self.build(graph, i, split - 1);
                let yes = self.build(graph, split, j);
                halve(graph, self.runs[split].first, yes, no)
            }
            Plan::Chain(leaf) => {
                let others = self.runs[i..=j].iter().filter(|run| run.leaf != leaf);
                let mut carved: Vec<&Run> = others.collect();
                // Heaviest first.
                carved.sort_by_key(|run| core::cmp::Reverse(run.weight));
                carved.iter().rev().fold(leaf, |no, run| {
                    graph.test(JEQ_K, Constant::Known(run.first), run.leaf, no)
                })
            }
        }
    }
}

/// The single numbers to carve out of a range of runs, while it grows at its end.
#[derive(Default)]
struct Chain {
    /// How many runs lead to each leaf, and what they weigh.
    leaves: BTreeMap<Id, (usize, u64)>,
    /// The leaf that is carved out of: that of the wide runs, or else of the most.
    leaf: Option<Id>,
    is_wide: bool,
    /// Whether two wide runs disagree.
    is_hopeless: bool,
    /// The weights of the others, heaviest first.
    others: Vec<u64>,
    /// What their tests cost.
    tests: u64,
}

impl Chain {
    /// Takes in the last one of `runs`, which are all so far.
    fn push(&mut self, runs: &[Run]) {
        let Some(run) = runs.last() else {
            return;
        };
        if self.is_hopeless {
            return;
        }
        let (count, weight) = self.leaves.entry(run.leaf).or_default();
        *count += 1;
        *weight += run.weight;
        let count = *count;
        if !run.is_single() {
            self.is_hopeless = self.is_wide && self.leaf != Some(run.leaf);
            self.is_wide = true;
            self.carve_out_of(run.leaf, runs);
        } else if self.leaf != Some(run.leaf) {
            if !self.is_wide && count > self.most() {
                self.carve_out_of(run.leaf, runs);
            } else {
                self.carve(run.weight);
            }
        }
    }

    /// How many runs lead to the leaf that is carved out of.
    fn most(&self) -> usize {
        let most = self.leaf.and_then(|leaf| self.leaves.get(&leaf));
        most.map_or(0, |(count, _)| *count)
    }

    fn carve_out_of(&mut self, leaf: Id, runs: &[Run]) {
        if self.leaf != Some(leaf) {
            self.leaf = Some(leaf);
            self.others.clear();
            self.tests = 0;
            for run in runs.iter().filter(|run| run.leaf != leaf) {
                self.carve(run.weight);
            }
        }
    }

    fn carve(&mut self, weight: u64) {
        let place = self.others.partition_point(|other| *other >= weight);
        let lighter: u64 = self.others[place..].iter().sum();
        self.others.insert(place, weight);
        let before = u64::try_from(place).unwrap_or(u64::MAX);
        self.tests += weight * (before + 1) + lighter;
    }

    /// The cost, and the leaf that is carved out of.
    fn cost(&self, price: u64) -> Option<(u64, Id)> {
        let leaf = self.leaf.filter(|_| !self.is_hopeless)?;
        let (_, left) = self.leaves.get(&leaf)?;
        let count = u64::try_from(self.others.len()).unwrap_or(u64::MAX);
        let all = price.saturating_add(*left).saturating_mul(count);
        Some((self.tests.saturating_add(all), leaf))
    }
}
