//! Loads of what A holds already are left out.
//!
//! Conditions are lowered one test at a time, each with its load. Where one test on a word follows another, A still holds it, as
//! it is or changed as the next test wants it: the load is stepped over, and the change with it. A node is rebuilt for each
//! content of A with which control arrives there; what is equal is shared again.

use std::collections::BTreeMap;

use crate::bpf::Constant;
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

/// What A holds: the word at an offset, perhaps changed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Content {
    offset: u32,
    changes: Vec<(u16, Constant)>,
}

struct Rebuild<'g> {
    from: &'g Graph,
    to: Graph,
    done: BTreeMap<(Id, Option<Content>), Id>,
}

impl Rebuild<'_> {
    /// The node, entered while A holds `content`.
    fn node(&mut self, id: Id, content: Option<Content>) -> Id {
        let key = (id, content);
        if let Some(&done) = self.done.get(&key) {
            return done;
        }
        let (_, content) = &key;
        let new = match self.from.get(id).clone() {
            Node::Return(action) => self.to.ret(&action),
            Node::Test { code, k, yes, no } => {
                let yes = self.node(yes, content.clone());
                let no = self.node(no, content.clone());
                self.to.test(code, k, yes, no)
            }
            Node::Load { .. } | Node::Change { .. } => {
                let (wanted, steps, next) = self.wanted(id);
                let next = self.node(next, Some(wanted.clone()));
                if *content == Some(wanted) {
                    next
                } else {
                    self.chain(&steps, next)
                }
            }
        };
        self.done.insert(key, new);
        new
    }

    /// What A is made to hold from this node on, by which steps, and what comes then.
    fn wanted(&self, id: Id) -> (Content, Vec<Node>, Id) {
        let mut wanted = Content {
            offset: 0,
            changes: Vec::new(),
        };
        let mut steps = Vec::new();
        let mut at = id;
        loop {
            let node = self.from.get(at).clone();
            at = match &node {
                Node::Load { offset, next } => {
                    wanted.offset = *offset;
                    wanted.changes.clear();
                    *next
                }
                Node::Change { code, k, next } => {
                    wanted.changes.push((*code, k.clone()));
                    *next
                }
                Node::Return(_) | Node::Test { .. } => return (wanted, steps, at),
            };
            steps.push(node);
        }
    }

    /// The steps, leading to `next`.
    fn chain(&mut self, steps: &[Node], next: Id) -> Id {
        steps.iter().rev().fold(next, |next, step| match step {
            Node::Load { offset, .. } => self.to.load(*offset, next),
            Node::Change { code, k, .. } => self.to.change(*code, k.clone(), next),
            Node::Return(_) | Node::Test { .. } => next,
        })
    }
}
