//! Decision diagrams: what a program does with a call, and what the policy wants done, as functions of the same tests. Equal
//! functions are the same diagram, so that comparing them is comparing two numbers.

use std::collections::BTreeMap;

/// A diagram of a [`Diagrams`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Ref(usize);

/// What a diagram is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    /// The end: false, true, or an action by its number.
    End(usize),
    /// A test, by its place in the order, which grows on every way down.
    Test { test: usize, yes: Ref, no: Ref },
}

/// What is left to do for a choice.
enum Task {
    /// The choice among a condition and two others.
    Choose([Ref; 3]),
    /// The test before the two choices made last, of which it makes one.
    Join { of: [Ref; 3], test: usize },
}

/// More choices than this are more than a policy that a person can read leads to.
const LIMIT: usize = 1 << 18;

/// All diagrams, each once.
pub(super) struct Diagrams {
    nodes: Vec<Node>,
    known: BTreeMap<Node, Ref>,
    chosen: BTreeMap<[Ref; 3], Ref>,
}

/// There are more than can be looked at.
#[derive(Debug)]
pub(super) struct TooMany;

impl Diagrams {
    /// No test, and always true.
    pub(super) const TRUE: Ref = Ref(1);
    /// No test, and never true.
    pub(super) const FALSE: Ref = Ref(0);

    pub(super) fn new() -> Diagrams {
        let mut diagrams = Diagrams {
            nodes: Vec::new(),
            known: BTreeMap::new(),
            chosen: BTreeMap::new(),
        };
        diagrams.add(Node::End(0));
        diagrams.add(Node::End(1));
        diagrams
    }

    fn add(&mut self, node: Node) -> Ref {
        if let Some(&known) = self.known.get(&node) {
            return known;
        }
        let new = Ref(self.nodes.len());
        self.nodes.push(node);
        self.known.insert(node, new);
        new
    }

    /// An action, by a number from 0 on.
    pub(super) fn action(&mut self, number: usize) -> Ref {
        self.add(Node::End(number + 2))
    }

    /// Whether a test holds.
    pub(super) fn test(&mut self, test: usize) -> Ref {
        self.add(Node::Test {
            test,
            yes: Diagrams::TRUE,
            no: Diagrams::FALSE,
        })
    }

    /// `yes` where `condition` holds, else `no`. A diagram may be as deep as a program is long: what is left to do is on a list, and not
    /// on the stack.
    pub(super) fn choose(&mut self, condition: Ref, yes: Ref, no: Ref) -> Result<Ref, TooMany> {
        let mut todo = vec![Task::Choose([condition, yes, no])];
        let mut done: Vec<Ref> = Vec::new();
        while let Some(task) = todo.pop() {
            let of = match task {
                Task::Choose(of) => of,
                Task::Join { of, test } => {
                    let (no, yes) = (done.pop(), done.pop());
                    // Both were put there before this.
                    let (yes, no) = yes.zip(no).ok_or(TooMany)?;
                    let joined = if yes == no {
                        yes
                    } else {
                        self.add(Node::Test { test, yes, no })
                    };
                    self.chosen.insert(of, joined);
                    done.push(joined);
                    continue;
                }
            };
            if let Some(known) = self.chosen_already(of) {
                done.push(known);
                continue;
            }
            if self.chosen.len() > LIMIT {
                return Err(TooMany);
            }
            let first = of.iter().filter_map(|diagram| self.first(*diagram)).min();
            // A condition that is neither true nor false has a test.
            let test = first.ok_or(TooMany)?;
            let branch = |holds| Task::Choose(of.map(|d| self.branch(d, test, holds)));
            let (yes, no) = (branch(true), branch(false));
            todo.extend([Task::Join { of, test }, no, yes]);
        }
        done.pop().ok_or(TooMany)
    }

    /// The choice among three diagrams, where it takes no work.
    fn chosen_already(&self, of: [Ref; 3]) -> Option<Ref> {
        let [condition, yes, no] = of;
        if condition == Diagrams::TRUE || yes == no {
            return Some(yes);
        }
        if condition == Diagrams::FALSE {
            return Some(no);
        }
        self.chosen.get(&of).copied()
    }

    /// The first test of a diagram.
    fn first(&self, diagram: Ref) -> Option<usize> {
        match self.nodes[diagram.0] {
            Node::Test { test, .. } => Some(test),
            Node::End(_) => None,
        }
    }

    /// What is left of a diagram once `test` is known.
    fn branch(&self, diagram: Ref, test: usize, holds: bool) -> Ref {
        match self.nodes[diagram.0] {
            Node::Test { test: t, yes, no } if t == test => {
                if holds {
                    yes
                } else {
                    no
                }
            }
            _ => diagram,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_functions_are_one_diagram() {
        let mut d = Diagrams::new();
        let (a, b) = (d.test(0), d.test(1));
        let (allow, deny) = (d.action(0), d.action(1));
        // a && b, in either order and through a detour.
        let inner = d.choose(b, allow, deny).unwrap();
        let one = d.choose(a, inner, deny).unwrap();
        let inner = d.choose(a, allow, deny).unwrap();
        let other = d.choose(b, inner, deny).unwrap();
        assert_eq!(one, other);
        let not = d.choose(a, Diagrams::FALSE, Diagrams::TRUE).unwrap();
        let third = d.choose(not, deny, one).unwrap();
        assert_eq!(third, one);
        let either = d.choose(a, allow, inner).unwrap();
        assert_ne!(either, one);
    }
}
