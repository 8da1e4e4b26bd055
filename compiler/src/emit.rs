//! From a graph to instructions with places.
//!
//! Instructions are emitted back to front, so that every jump's target has its place already and all jumps go
//! forward. A conditional jump reaches 255 instructions ahead: where its target is farther, a bridge is put down
//! on the way, which for a return is a copy of the return itself (as long as a jump, and one step shorter) and
//! from then on serves all that comes before it.

use crate::bpf::{Instruction, JA, LD_W_ABS};
use crate::graph::{Graph, Id, Node};

/// How far a conditional jump reaches.
const REACH: usize = u8::MAX as usize;

/// The program that starts at `root`. It may be longer than the kernel takes.
pub fn emit(graph: &Graph, root: Id) -> Vec<Instruction> {
    let mut emitter = Emitter {
        graph,
        reversed: Vec::new(),
        place: vec![None; graph.len()],
    };
    emitter.all(root);
    emitter.reversed.reverse();
    emitter.reversed
}

struct Emitter<'g> {
    graph: &'g Graph,
    /// The instructions so far, the program's last one first.
    reversed: Vec<Instruction>,
    /// Where in `reversed` each node, or the nearest bridge to it, stands.
    place: Vec<Option<usize>>,
}

impl Emitter<'_> {
    /// Emits all that is reachable from `root`, each node after those it leads to. A graph may be as deep as a program is long: what is
    /// left to do is on a list, and not on the stack.
    fn all(&mut self, root: Id) {
        let mut open = vec![root];
        while let Some(&id) = open.last() {
            if self.is_placed(id) {
                open.pop();
                continue;
            }
            let before = open.len();
            let targets: Vec<Id> = self.graph.get(id).targets().collect();
            // The last one is done first.
            let missing = targets.into_iter().rev().filter(|&id| !self.is_placed(id));
            open.extend(missing);
            if open.len() == before {
                self.node(id);
            }
        }
    }

    fn is_placed(&self, id: Id) -> bool {
        self.place[id.index()].is_some()
    }

    /// Emits the node, all that it leads to being there already.
    fn node(&mut self, id: Id) {
        let instruction = match self.graph.get(id) {
            Node::Return(action) => Instruction::ret(action),
            Node::Load { offset, next } => {
                self.adjoin(*next);
                Instruction::new(LD_W_ABS, 0, 0, *offset)
            }
            Node::Change { code, k, next } => {
                self.adjoin(*next);
                Instruction::with(*code, 0, 0, k.clone())
            }
            Node::Test { code, k, yes, no } => {
                // A bridge to the second target may push the first one a place further.
                self.bridge(*yes, REACH - 1);
                self.bridge(*no, REACH);
                Instruction::with(*code, self.jump(*yes), self.jump(*no), k.clone())
            }
        };
        self.place[id.index()] = Some(self.reversed.len());
        self.reversed.push(instruction);
    }

    /// How many instructions the next one emitted would have to skip to get to the node.
    fn distance(&self, id: Id) -> usize {
        let place = self.place[id.index()].unwrap_or_default();
        self.reversed.len() - 1 - place
    }

    /// The same as a conditional jump's field; [`Self::bridge`] has seen to it that it fits.
    fn jump(&self, id: Id) -> u8 {
        u8::try_from(self.distance(id)).unwrap_or(u8::MAX)
    }

    /// Sees to it that the node is no farther than `reach`.
    fn bridge(&mut self, id: Id, reach: usize) {
        if self.distance(id) > reach {
            self.put_bridge(id);
        }
    }

    /// Sees to it that the node is what comes next.
    fn adjoin(&mut self, id: Id) {
        if self.distance(id) > 0 {
            self.put_bridge(id);
        }
    }

    fn put_bridge(&mut self, id: Id) {
        let bridge = match self.graph.get(id) {
            Node::Return(action) => Instruction::ret(action),
            // A program of 2^32 instructions doesn't fit into memory.
            _ => Instruction::new(
                JA,
                0,
                0,
                u32::try_from(self.distance(id)).unwrap_or(u32::MAX),
            ),
        };
        self.place[id.index()] = Some(self.reversed.len());
        self.reversed.push(bridge);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Verb;
    use crate::bpf::{Constant, JGE_K, MAX_INSTRUCTIONS, OFFSET_NR};
    use crate::emulate::emulate;
    use crate::policy::Action;
    use crate::token::Span;

    fn ret(graph: &mut Graph, verb: Verb) -> Id {
        graph.node(Node::Return(Action {
            verb,
            value: None,
            span: Span::default(),
        }))
    }

    /// A ladder of `n` thresholds that alternates between two returns.
    fn ladder(n: u32) -> Vec<Instruction> {
        let mut graph = Graph::default();
        let leaves = [ret(&mut graph, Verb::Allow), ret(&mut graph, Verb::Log)];
        let mut next = leaves[0];
        for k in 1..=n {
            let yes = leaves[k as usize % 2];
            next = graph.test(JGE_K, Constant::Known(2 * k), yes, next);
        }
        let root = graph.load(OFFSET_NR, next);
        emit(&graph, root)
    }

    #[test]
    fn long_jumps_are_right_at_any_size() {
        for n in [1, 2, 253, 254, 255, 256, 257, 258, 511, 1000, 3000] {
            let program = ladder(n);
            for number in 0..2 * n + 3 {
                let want = match (number / 2).min(n) {
                    step if step % 2 == 0 => Verb::Allow,
                    _ => Verb::Log,
                };
                let at = emulate(&program, 0, number).unwrap();
                let Constant::Return(action) = &program[at].k else {
                    panic!("{n} {number}");
                };
                assert_eq!(action.verb, want, "{n} {number}");
            }
        }
    }

    #[test]
    fn bridges_are_few() {
        let program = ladder(3000);
        assert!(program.len() < 3000 + 3000 / 100, "{}", program.len());
        assert!(program.len() < MAX_INSTRUCTIONS);
    }
}
