//! What A holds: a word of `seccomp_data`, perhaps changed.

use std::collections::BTreeMap;

use crate::bpf::Constant;
use crate::graph::{Graph, Id, Node};

/// One content of A among [`Contents`]; the same number is the same content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Held(usize);

impl Held {
    /// Nothing that a program may rely on.
    pub(super) const NOTHING: Held = Held(0);
}

/// How a content comes about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Made {
    /// By a load of the word at an offset.
    Loaded(u32),
    /// From another content, by an operation with a constant.
    Changed(Held, u16, Constant),
}

/// All contents that were met, each once.
#[derive(Default)]
pub(super) struct Contents {
    /// By number, from 1 on.
    made: Vec<Made>,
    known: BTreeMap<Made, Held>,
}

impl Contents {
    fn held(&mut self, made: Made) -> Held {
        if let Some(&known) = self.known.get(&made) {
            return known;
        }
        self.made.push(made.clone());
        let held = Held(self.made.len());
        self.known.insert(made, held);
        held
    }

    /// What A holds after a node at which it holds `held`.
    pub(super) fn after(&mut self, node: &Node, held: Held) -> Held {
        match node {
            Node::Load { offset, .. } => self.held(Made::Loaded(*offset)),
            Node::Change { .. } if held == Held::NOTHING => Held::NOTHING,
            Node::Change { code, k, .. } => self.held(Made::Changed(held, *code, k.clone())),
            Node::Return(_) | Node::Test { .. } => held,
        }
    }

    /// What A holds behind the loads and changes that start at `id`.
    pub(super) fn behind(&mut self, graph: &Graph, id: Id, held: Held) -> Held {
        let (mut held, mut at) = (held, id);
        while let Node::Load { next, .. } | Node::Change { next, .. } = graph.get(at) {
            held = self.after(graph.get(at), held);
            at = *next;
        }
        held
    }

    /// `next`, before it the loads and changes that turn `held` into `wanted`.
    pub(super) fn turn(&self, graph: &mut Graph, held: Held, wanted: Held, next: Id) -> Id {
        let (mut at, mut next) = (wanted, next);
        while at != held && at != Held::NOTHING {
            (at, next) = match &self.made[at.0 - 1] {
                Made::Loaded(offset) => (Held::NOTHING, graph.load(*offset, next)),
                Made::Changed(from, code, k) => (*from, graph.change(*code, k.clone(), next)),
            };
        }
        next
    }
}
