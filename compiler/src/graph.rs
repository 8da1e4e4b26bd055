//! A program before its instructions have places: nodes that say where to go on, equal ones shared.

use std::collections::BTreeMap;

use crate::bpf::Constant;
use crate::policy::Action;

/// A node of a [`Graph`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Id(usize);

/// One step of a program.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Node {
    /// The end.
    Return(Action),
    /// A test of A against a constant.
    Test {
        /// One of the conditional jumps of [`bpf`](crate::bpf).
        code: u16,
        /// The constant.
        k: Constant,
        /// Where to go on if it holds.
        yes: Id,
        /// Where to go on if it doesn't.
        no: Id,
    },
    /// A load into A.
    Load {
        /// Where in `seccomp_data`.
        offset: u32,
        /// Where to go on.
        next: Id,
    },
    /// A change of A.
    Change {
        /// `AND_K` or `XOR_K` of [`bpf`](crate::bpf).
        code: u16,
        /// The constant.
        k: Constant,
        /// Where to go on.
        next: Id,
    },
}

impl Node {
    /// Where it leads.
    pub fn targets(&self) -> impl Iterator<Item = Id> + use<> {
        let targets = match *self {
            Node::Return(_) => [None, None],
            Node::Test { yes, no, .. } => [Some(yes), Some(no)],
            Node::Load { next, .. } | Node::Change { next, .. } => [Some(next), None],
        };
        targets.into_iter().flatten()
    }
}

/// Nodes, each made after those it leads to: there can be no cycle, and an [`Id`] is greater than those that its node leads to.
#[derive(Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    known: BTreeMap<Node, Id>,
}

impl Graph {
    /// The node, made now or before.
    pub fn node(&mut self, node: Node) -> Id {
        match node {
            // A test that decides nothing is none.
            Node::Test { yes, no, .. } if yes == no => return yes,
            // Nor is a load or a change of what nobody looks at.
            Node::Load { next, .. } | Node::Change { next, .. }
                if matches!(self.get(next), Node::Return(_) | Node::Load { .. }) =>
            {
                return next;
            }
            _ => {}
        }
        if let Some(&id) = self.known.get(&node) {
            return id;
        }
        let id = Id(self.nodes.len());
        self.nodes.push(node.clone());
        self.known.insert(node, id);
        id
    }

    /// A return.
    pub fn ret(&mut self, action: &Action) -> Id {
        self.node(Node::Return(action.clone()))
    }

    /// A test.
    pub fn test(&mut self, code: u16, k: Constant, yes: Id, no: Id) -> Id {
        self.node(Node::Test { code, k, yes, no })
    }

    /// A load.
    pub fn load(&mut self, offset: u32, next: Id) -> Id {
        self.node(Node::Load { offset, next })
    }

    /// A change of A.
    pub fn change(&mut self, code: u16, k: Constant, next: Id) -> Id {
        self.node(Node::Change { code, k, next })
    }

    /// What the node is.
    pub fn get(&self, id: Id) -> &Node {
        &self.nodes[id.0]
    }

    /// The first node from here on that is neither a load nor a change of A.
    pub fn behind_loads(&self, id: Id) -> Id {
        let mut at = id;
        while let Node::Load { next, .. } | Node::Change { next, .. } = self.get(at) {
            at = *next;
        }
        at
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

impl Id {
    /// Its index among the graph's nodes.
    pub fn index(self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Verb;
    use crate::bpf::{AND_K, JEQ_K};
    use crate::token::Span;

    #[test]
    fn what_nobody_looks_at_is_left_out() {
        let mut graph = Graph::default();
        let verb = |verb| Action {
            verb,
            value: None,
            span: Span::default(),
        };
        let ret = graph.ret(&verb(Verb::Log));
        let other = graph.ret(&verb(Verb::Allow));
        let k = || Constant::Known(1);
        assert_eq!(graph.test(JEQ_K, k(), ret, ret), ret);
        let changed = graph.change(AND_K, k(), ret);
        assert_eq!(graph.load(16, changed), ret);
        let test = graph.test(JEQ_K, k(), ret, other);
        let load = graph.load(16, test);
        assert_ne!(load, test);
        assert_eq!(graph.load(24, load), load);
    }
}
