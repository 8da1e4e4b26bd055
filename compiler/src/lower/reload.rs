//! Loads of what A holds already are left out.
//!
//! Conditions are lowered one test at a time, each with its load. Where one test on a word follows another, A still holds it:
//! the second load is stepped over. A node is rebuilt for each content of A with which control arrives there; what is
//! equal is shared again.

use std::collections::BTreeMap;

use crate::graph::{Graph, Id, Node};

/// The graph reachable from `root`, without the loads that load nothing new.
pub(super) fn without_reloads(graph: &Graph, root: Id) -> (Graph, Id) {
    let mut rebuild = Rebuild {
        from: graph,
        to: Graph::default(),
        done: BTreeMap::new(),
    };
    let root = rebuild.node(root, None);
    (rebuild.to, root)
}

struct Rebuild<'g> {
    from: &'g Graph,
    to: Graph,
    done: BTreeMap<(Id, Option<u32>), Id>,
}

impl Rebuild<'_> {
    /// The node, entered while A holds the word at `holds`.
    fn node(&mut self, id: Id, holds: Option<u32>) -> Id {
        if let Some(&done) = self.done.get(&(id, holds)) {
            return done;
        }
        let new = match self.from.get(id).clone() {
            Node::Return(action) => self.to.ret(&action),
            Node::Load { offset, next } => {
                let next = self.node(next, Some(offset));
                if holds == Some(offset) {
                    next
                } else {
                    self.to.load(offset, next)
                }
            }
            Node::Change { code, k, next } => {
                let next = self.node(next, None);
                self.to.change(code, k, next)
            }
            Node::Test { code, k, yes, no } => {
                let yes = self.node(yes, holds);
                let no = self.node(no, holds);
                self.to.test(code, k, yes, no)
            }
        };
        self.done.insert((id, holds), new);
        new
    }
}
