//! The number tree: which tests on the number lead to which decision.
//!
//! A node is either a threshold that halves the runs (`JGE`), or a chain of `JEQ`s that carve single numbers out of what has one
//! decision but for them: a lone number costs one test so, and two as a run between two thresholds. Which of the two, and
//! where to halve, is chosen by dynamic programming over the ranges of runs, by the cost that the module above tells.
//!
//! Macros run unoptimised, so the search has to be affordable. Among many runs, where to halve a range is looked for between where it is
//! best for the range without its last run and for the range without its first one, and a few runs beyond: for trees of thresholds alone
//! nothing better is elsewhere (Knuth's bound), and chains move it by little. A still longer list is halved by weight first.

use crate::bpf::{Constant, JEQ_K, JGE_K};
use crate::graph::{Graph, Id};
use crate::map::Map;

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
/// Among up to this many runs every place to halve at is tried.
const EXHAUSTIVE: usize = 80;
/// How far beyond Knuth's bound a place to halve at is looked for among more, in runs.
const BEYOND: usize = 8;

/// The root of the best tree over `runs`, which come in order and without gaps; A holds the number. An instruction costs `price`.
pub(super) fn tree(graph: &mut Graph, runs: &[Run], price: u64) -> Id {
    if runs.len() <= SEARCHED {
        let beyond = if runs.len() <= EXHAUSTIVE {
            runs.len()
        } else {
            BEYOND
        };
        return Search::of(runs, price, beyond).build(graph, 0, runs.len() - 1);
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
    /// Finds the best trees. Places to halve at are looked for up to `beyond` runs beyond Knuth's bound.
    fn of(runs: &'r [Run], price: u64, beyond: usize) -> Search<'r> {
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
                let halved = search.halved(i, j, weight.saturating_add(price), beyond);
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
    fn halved(&self, i: usize, j: usize, node: u64, beyond: usize) -> Option<Best> {
        if i == j {
            return None;
        }
        let bounds = (self.at(i, j - 1).split, self.at(i + 1, j).split);
        let low = bounds.0.min(bounds.1).saturating_sub(beyond).max(i + 1);
        let high = (bounds.0.max(bounds.1) + beyond).min(j);
        let count = self.runs.len();
        let (mut least, mut split) = (u64::MAX, low);
        // An iterator takes several times as long where nothing is optimised, and most of the search is this.
        let (mut s, mut no, mut yes) = (low, i * count + low - 1, low * count + j);
        while s <= high {
            let both = self.best[no].cost.saturating_add(self.best[yes].cost);
            if both < least {
                (least, split) = (both, s);
            }
            s += 1;
            no += 1;
            yes += count;
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
    leaves: Map<Id, (usize, u64)>,
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
        let (count, weight) = self.leaves.get_or_insert(run.leaf, (0, 0));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Verb;
    use crate::graph::Node;
    use crate::policy::Action;
    use crate::token::Span;

    fn leaves(graph: &mut Graph) -> [Id; 3] {
        [Verb::Allow, Verb::Errno, Verb::Trap].map(|verb| {
            graph.ret(&Action {
                verb,
                value: None,
                span: Span::default(),
            })
        })
    }

    /// Where a number leads, and after how many tests.
    fn follow(graph: &Graph, root: Id, number: u32) -> (Id, u64) {
        let (mut at, mut tests) = (root, 0);
        while let Node::Test { code, k, yes, no } = graph.get(at) {
            let Constant::Known(k) = k else {
                panic!("{k:?}");
            };
            let holds = match *code {
                JEQ_K => number == *k,
                _ => number >= *k,
            };
            at = if holds { *yes } else { *no };
            tests += 1;
        }
        (at, tests)
    }

    /// Runs of all kinds, as a pseudo-random sequence has them.
    fn some_runs(leaves: [Id; 3], count: usize, seed: u64) -> Vec<Run> {
        let mut state = seed;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
            (state >> 33) % below
        };
        let mut runs: Vec<Run> = Vec::new();
        let mut next = 0;
        while runs.len() < count {
            let others = leaves
                .into_iter()
                .filter(|leaf| runs.last().map(|r| r.leaf) != Some(*leaf));
            let others: Vec<Id> = others.collect();
            let leaf = others[usize::try_from(random(2)).unwrap()];
            let width = if random(2) == 0 {
                0
            } else {
                u32::try_from(random(9)).unwrap()
            };
            runs.push(Run {
                first: next,
                last: next + width,
                leaf,
                weight: [1, 64, 64, 256, 1024][usize::try_from(random(5)).unwrap()],
            });
            next += width + 1;
        }
        runs
    }

    #[test]
    fn every_number_leads_where_its_run_does() {
        let mut graph = Graph::default();
        let leaves = leaves(&mut graph);
        for (count, price) in [(1, 9), (2, 9), (60, 1), (60, 1 << 40), (300, 900)] {
            let runs = some_runs(leaves, count, 7);
            let root = tree(&mut graph, &runs, price);
            for run in &runs {
                for number in run.first..=run.last {
                    assert_eq!(follow(&graph, root, number).0, run.leaf, "{count} {number}");
                }
            }
        }
    }

    /// What is left out of the search costs an instruction at most, and mostly nothing.
    #[test]
    fn the_search_finds_nearly_the_best() {
        let mut graph = Graph::default();
        let leaves = leaves(&mut graph);
        let mut same = 0;
        for seed in 0..10 {
            let runs = some_runs(leaves, EXHAUSTIVE + 10, seed);
            let total: u64 = runs.iter().map(|run| run.weight).sum();
            for price in [total / 20, total * 100] {
                let cost = |beyond| Search::of(&runs, price, beyond).at(0, runs.len() - 1).cost;
                let (found, best) = (cost(BEYOND), cost(runs.len()));
                assert!(found - best <= price, "{seed} {price}: {found}, {best}");
                same += usize::from(found == best);
            }
        }
        assert!(same >= 15, "{same}");
    }

    #[test]
    fn lone_neighbours_are_carved_out_heaviest_first() {
        let mut graph = Graph::default();
        let [allow, deny, _] = leaves(&mut graph);
        let run = |first, last, leaf, weight| Run {
            first,
            last,
            leaf,
            weight,
        };
        let runs = [
            run(0, 4, deny, 1),
            run(5, 5, allow, 64),
            run(6, 6, allow, 1024),
            run(7, u32::MAX, deny, 1),
        ];
        let root = tree(&mut graph, &runs, 1);
        let ways = [6, 5, 0, 9].map(|number| follow(&graph, root, number));
        assert_eq!(ways, [(allow, 1), (allow, 2), (deny, 2), (deny, 2)]);
    }
}
