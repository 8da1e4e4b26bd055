//! Loads of what A holds already are left out.
//!
//! Conditions are lowered one test at a time, each with its load. Where one test on a word follows another, A still holds it, as
//! it is or changed as the next test wants it: the load is stepped over, and the change with it; where A holds the word as it is and the
//! next test wants it changed, the load alone. A node is rebuilt for each content of A with which control arrives there; what is equal is
//! shared again.

use std::collections::BTreeMap;

use crate::graph::{Graph, Id, Node};

use super::content::{Contents, Held};

/// The graph reachable from `root`, without the loads that load nothing new.
pub(super) fn without_reloads(graph: &Graph, root: Id) -> (Graph, Id) {
    let mut rebuild = Rebuild {
        from: graph,
        to: Graph::default(),
        contents: Contents::default(),
        done: BTreeMap::new(),
    };
    let root = rebuild.run((root, Held::NOTHING));
    (rebuild.to, root)
}

/// A node, entered while A holds something.
type State = (Id, Held);

struct Rebuild<'g> {
    from: &'g Graph,
    to: Graph,
    contents: Contents,
    done: BTreeMap<State, Id>,
}

impl Rebuild<'_> {
    /// Rebuilds what is reachable from `root`. A graph may be as deep as a program is long: what is left to do is on a list, and not
    /// on the stack.
    fn run(&mut self, root: State) -> Id {
        let mut open = vec![root];
        while let Some(&state) = open.last() {
            let missing = self.targets(state).into_iter().flatten();
            let missing = missing.filter(|target| !self.done.contains_key(target));
            let before = open.len();
            // The last one is done first.
            open.extend(missing);
            if open.len() == before {
                open.pop();
                if !self.done.contains_key(&state) {
                    let id = self.build(state);
                    self.done.insert(state, id);
                }
            }
        }
        self.done[&root]
    }

    /// Where control goes on from here.
    fn targets(&mut self, (id, held): State) -> [Option<State>; 2] {
        match *self.from.get(id) {
            Node::Return(_) => [None, None],
            Node::Test { yes, no, .. } => [Some((no, held)), Some((yes, held))],
            Node::Load { .. } | Node::Change { .. } => {
                let held = self.contents.behind(self.from, id, held);
                [Some((self.from.behind_loads(id), held)), None]
            }
        }
    }

    /// The node, all that it leads to being built.
    fn build(&mut self, (id, held): State) -> Id {
        match self.from.get(id) {
            Node::Return(action) => self.to.ret(action),
            Node::Test { code, k, yes, no } => {
                let (yes, no) = (self.done[&(*yes, held)], self.done[&(*no, held)]);
                self.to.test(*code, k.clone(), yes, no)
            }
            Node::Load { .. } | Node::Change { .. } => {
                let wanted = self.contents.behind(self.from, id, held);
                let next = self.done[&(self.from.behind_loads(id), wanted)];
                self.contents.turn(&mut self.to, held, wanted, next)
            }
        }
    }
}
