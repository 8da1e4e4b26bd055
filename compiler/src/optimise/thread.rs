//! Jump threading: a test whose outcome is known is stepped over.
//!
//! The conditions of a call's rules, and the alternatives of one condition, often ask the same thing again: in
//! `(family == AF_UNIX && type == SOCK_DGRAM) || (family == AF_UNIX && protocol == 0)` the second question after the family has its
//! answer already, on every way that comes to it. What is known at a node is what is known on all ways to it. Only a way that comes to a
//! test directly, behind nothing but loads, is led past it: so nothing is copied, and a program gets no longer.
//!
//! That two questions differ says nothing of their answers, though the values might: those only rustc knows.

use crate::bpf::Constant;
use crate::graph::{Graph, Id, Node};
use crate::map::{Map, Set};

use super::content::{Contents, Held};

/// What a test asks: of a word, by which operation, with which constant.
type Question = (Held, u16, Constant);
/// The answers to questions, which are given by their numbers.
type Answers = Map<usize, bool>;

/// The same decision as that of `root`, no way through which asks anything twice without need.
pub(super) fn thread(graph: &mut Graph, root: Id) -> Id {
    let reachable = reachable(graph, root);
    let mut contents = Contents::default();
    let held = held(graph, &reachable, &mut contents);
    let asked = asked(graph, &held);
    if asked.is_empty() {
        return root;
    }
    let known = known(graph, &reachable, &asked);
    let mut threading = Threading {
        graph,
        contents,
        held,
        asked,
        known,
        rebuilt: Map::new(),
    };
    for &id in reachable.iter() {
        threading.rebuild(id);
    }
    threading.rebuilt[&root]
}

/// All nodes that `root` leads to, those before others that lead to them.
fn reachable(graph: &Graph, root: Id) -> Set<Id> {
    let mut reachable = Set::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if reachable.insert(id) {
            open.extend(graph.get(id).targets());
        }
    }
    reachable
}

/// What A holds at each node, where that is the same on all ways to it.
fn held(graph: &Graph, reachable: &Set<Id>, contents: &mut Contents) -> Map<Id, Held> {
    let mut held: Map<Id, Held> = Map::new();
    for &id in reachable.iter().rev() {
        let here = *held.get_or_insert(id, Held::NOTHING);
        let node = graph.get(id);
        let content = contents.after(node, here);
        for target in node.targets() {
            if *held.get_or_insert(target, content) != content {
                held.insert(target, Held::NOTHING);
            }
        }
    }
    held
}

/// The number of the question that each test asks, as far as another test asks the same.
fn asked(graph: &Graph, held: &Map<Id, Held>) -> Map<Id, usize> {
    let mut questions: Map<Question, Vec<Id>> = Map::new();
    for &(id, held) in held.iter() {
        if let (Node::Test { code, k, .. }, true) = (graph.get(id), held != Held::NOTHING) {
            let asking = questions.get_or_insert((held, *code, k.clone()), Vec::new());
            asking.push(id);
        }
    }
    let twice = questions.into_iter().filter(|(_, asking)| asking.len() > 1);
    let numbered = twice.enumerate();
    numbered
        .flat_map(|(number, (_, asking))| asking.into_iter().map(move |id| (id, number)))
        .collect()
}

/// The answers that are known at each node.
fn known(graph: &Graph, reachable: &Set<Id>, asked: &Map<Id, usize>) -> Map<Id, Answers> {
    let mut known: Map<Id, Answers> = Map::new();
    for &id in reachable.iter().rev() {
        let here = known.get_or_insert(id, Answers::new()).clone();
        let ways = match graph.get(id) {
            Node::Test { yes, no, .. } => vec![(*yes, Some(true)), (*no, Some(false))],
            node => node.targets().map(|next| (next, None)).collect(),
        };
        for (target, answer) in ways {
            let mut there = here.clone();
            if let (Some(question), Some(answer)) = (asked.get(&id), answer) {
                there.insert(*question, answer);
            }
            match known.get_mut(&target) {
                Some(common) => common.retain(|question, a| there.get(question) == Some(a)),
                None => {
                    known.insert(target, there);
                }
            }
        }
    }
    known
}

struct Threading<'g> {
    graph: &'g mut Graph,
    contents: Contents,
    held: Map<Id, Held>,
    asked: Map<Id, usize>,
    known: Map<Id, Answers>,
    /// What has become of each node.
    rebuilt: Map<Id, Id>,
}

impl Threading<'_> {
    /// Rebuilds the node, all that it leads to being rebuilt.
    fn rebuild(&mut self, id: Id) {
        let rebuilt = match self.graph.get(id).clone() {
            Node::Return(_) => id,
            Node::Load { offset, next } => self.graph.load(offset, self.rebuilt[&next]),
            Node::Change { code, k, next } => self.graph.change(code, k, self.rebuilt[&next]),
            Node::Test { code, k, yes, no } => {
                let yes = self.led(id, true, yes);
                let no = self.led(id, false, no);
                self.graph.test(code, k, yes, no)
            }
        };
        self.rebuilt.insert(id, rebuilt);
    }

    /// Where the way from a test with this answer leads, which is to `start`, past all tests whose outcomes are known.
    fn led(&mut self, from: Id, answer: bool, start: Id) -> Id {
        let mut answers = self.known[&from].clone();
        if let Some(question) = self.asked.get(&from) {
            answers.insert(*question, answer);
        }
        let mut at = start;
        let mut held = None;
        loop {
            let test = self.graph.behind_loads(at);
            let question = self.asked.get(&test);
            let answer = question.and_then(|question| answers.get(question));
            let (Some(answer), Node::Test { yes, no, .. }) = (answer, self.graph.get(test)) else {
                break;
            };
            at = if *answer { *yes } else { *no };
            held = Some(self.held[&test]);
        }
        let rebuilt = self.rebuilt[&at];
        match (held, self.graph.get(at)) {
            // What was stepped over had loaded what is looked at here.
            (Some(held), Node::Test { .. } | Node::Change { .. }) => {
                self.contents.turn(self.graph, Held::NOTHING, held, rebuilt)
            }
            _ => rebuilt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Verb;
    use crate::bpf::JEQ_K;
    use crate::policy::Action;
    use crate::token::Span;

    const A: u32 = 16;
    const B: u32 = 24;

    fn graph() -> (Graph, Id, Id) {
        let mut graph = Graph::default();
        let verb = |verb| Action {
            verb,
            value: None,
            span: Span::default(),
        };
        let allow = graph.ret(&verb(Verb::Allow));
        let deny = graph.ret(&verb(Verb::Trap));
        (graph, allow, deny)
    }

    /// `ld offset, jeq k`.
    fn ask(graph: &mut Graph, offset: u32, k: u32, yes: Id, no: Id) -> Id {
        let test = graph.test(JEQ_K, Constant::Known(k), yes, no);
        graph.load(offset, test)
    }

    #[test]
    fn what_is_known_on_the_way_is_not_asked_again() {
        let (mut graph, allow, deny) = graph();
        // (a == 1 && b == 2) || (a == 1 && b == 3)
        let third = ask(&mut graph, B, 3, allow, deny);
        let again = ask(&mut graph, A, 1, third, deny);
        let second = ask(&mut graph, B, 2, allow, again);
        let root = ask(&mut graph, A, 1, second, again);
        let threaded = thread(&mut graph, root);
        // a == 1 && (b == 2 || b == 3)
        let second = ask(&mut graph, B, 2, allow, third);
        let want = ask(&mut graph, A, 1, second, deny);
        assert_eq!(threaded, want);
    }

    #[test]
    fn what_is_known_on_one_way_alone_is_asked() {
        let (mut graph, allow, deny) = graph();
        // b == 2 may come from a == 1 and from elsewhere, and says nothing of a.
        let again = ask(&mut graph, A, 1, allow, deny);
        let second = ask(&mut graph, B, 2, again, deny);
        let other = ask(&mut graph, B, 9, second, deny);
        let root = ask(&mut graph, A, 1, second, other);
        assert_eq!(thread(&mut graph, root), root);
    }

    #[test]
    fn what_is_led_past_a_test_finds_its_word_loaded() {
        let (mut graph, allow, deny) = graph();
        // Behind the second `a == 1` A is looked at again without a load.
        let five = graph.test(JEQ_K, Constant::Known(5), allow, deny);
        let again = ask(&mut graph, A, 1, five, deny);
        let second = ask(&mut graph, B, 2, allow, again);
        let root = ask(&mut graph, A, 1, second, deny);
        let threaded = thread(&mut graph, root);
        let five = graph.load(A, five);
        let second = ask(&mut graph, B, 2, allow, five);
        let want = ask(&mut graph, A, 1, second, deny);
        assert_eq!(threaded, want);
    }

    #[test]
    fn the_same_constant_of_another_word_is_another_question() {
        let (mut graph, allow, deny) = graph();
        let again = ask(&mut graph, B, 1, allow, deny);
        let root = ask(&mut graph, A, 1, again, deny);
        assert_eq!(thread(&mut graph, root), root);
        // Nor does a test that two words lead to count.
        let shared = graph.test(JEQ_K, Constant::Known(1), allow, deny);
        let (a, b) = (graph.load(A, shared), graph.load(B, shared));
        let choice = ask(&mut graph, A, 7, a, b);
        let root = ask(&mut graph, A, 1, choice, deny);
        assert_eq!(thread(&mut graph, root), root);
    }
}
