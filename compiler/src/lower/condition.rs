//! Conditions: from tests on arguments to tests on words.
//!
//! A 32-bit argument is its low word, whatever is above; one of 64 bits is two words. Values are known to rustc alone: the
//! constants here name halves of them. What is written above each lowering is what it emits.

use crate::arch::Arch;
use crate::argument::{Argument, Missing, locate, names};
use crate::bpf::{AND_K, Constant, Half, JEQ_K, JGE_K, JGT_K, JSET_K, Of, XOR_K};
use crate::check::apart;
use crate::data::Syscall;
use crate::diagnostic::Report;
use crate::graph::{Graph, Id};
use crate::map::Map;
use crate::nearest::nearest;
use crate::policy::{Action, Comparison, Condition, Expression, Operand, Optimize};
use crate::select::Decision;
use crate::values::{Rule, Values};

/// The low 16 bits, which is what the kernel takes of a 16-bit argument.
const LOW_16: Constant = Constant::Known(0xffff);
/// How many numbers in a row the runtime's link makes a range of.
const SHORTEST_RUN: usize = 3;
/// Turns the order of unsigned numbers into that of signed ones.
const SIGN: Constant = Constant::Known(0x8000_0000);

/// Makes nodes for one arch.
pub(super) struct Lowering<'r> {
    arch: &'static Arch,
    optimize: Optimize,
    graph: Graph,
    values: &'r mut Values,
    report: &'r mut Report,
}

/// A test's left side, found.
#[derive(Clone, Copy)]
struct Left {
    argument: Argument,
    mask: Option<usize>,
}

impl<'r> Lowering<'r> {
    pub(super) fn new(
        arch: &'static Arch,
        optimize: Optimize,
        values: &'r mut Values,
        report: &'r mut Report,
    ) -> Lowering<'r> {
        Lowering {
            arch,
            optimize,
            graph: Graph::default(),
            values,
            report,
        }
    }

    pub(super) fn finish(self) -> Graph {
        self.graph
    }

    /// The node at which a condition of a call is looked at and nothing else.
    pub(super) fn alone(
        &mut self,
        call: Option<&'static Syscall>,
        condition: &Condition,
        ends: &[Action; 2],
    ) -> Id {
        let [yes, no] = ends.each_ref().map(|action| self.graph.ret(action));
        self.condition(call, condition, yes, no)
    }

    /// The node at which a call's number having been told leads to its action.
    pub(super) fn decision(&mut self, decision: &Decision) -> Id {
        self.keep_apart(decision);
        let mut node = self.graph.ret(&decision.otherwise);
        for (condition, action) in decision.branches.iter().rev() {
            let yes = self.graph.ret(action);
            node = self.condition(decision.call, condition, yes, node);
        }
        node
    }

    /// Two values of one verb for one call must never meet: where it is two values of an argument that keep them apart, those are
    /// written down as a list, whose values must differ.
    fn keep_apart(&mut self, decision: &Decision) {
        for (i, (later, action)) in decision.branches.iter().enumerate() {
            for (earlier, other) in &decision.branches[..i] {
                if action.verb != other.verb || action == other {
                    continue;
                }
                let Some((operand, values)) = apart(earlier, later) else {
                    continue;
                };
                if let Some(left) = self.left(decision.call, operand) {
                    let rule = left.mask.map_or(Rule::Fits, Rule::Within);
                    let span = values[0].span.to(values[1].span);
                    let values = values.map(|v| self.values.value(v, left.argument.ty, rule));
                    self.values.list(values.to_vec(), span);
                }
            }
        }
    }

    fn condition(
        &mut self,
        call: Option<&'static Syscall>,
        condition: &Condition,
        yes: Id,
        no: Id,
    ) -> Id {
        match condition {
            Condition::Not(inner) => self.condition(call, inner, no, yes),
            Condition::All(all) => {
                let all = side_by_side(all).into_iter().rev();
                all.fold(yes, |next, one| self.condition(call, one, next, no))
            }
            Condition::Any(any) => {
                let any = side_by_side(any).into_iter().rev();
                any.fold(no, |next, one| self.condition(call, one, yes, next))
            }
            Condition::Compare { operand, op, value } => match self.left(call, operand) {
                Some(left) => self.compare(left, *op, value, yes, no),
                None => no,
            },
            Condition::In { operand, list } => match self.left(call, operand) {
                Some(left) => self.member(left, list, yes, no),
                None => no,
            },
            Condition::Range { operand, low, high } => match self.left(call, operand) {
                Some(left) => {
                    let ty = left.argument.ty;
                    let low = self.values.value(low, ty, Rule::LowEnd);
                    let high = self.values.value(high, ty, Rule::HighEnd(low));
                    let below = self.order(left, JGT_K, high, no, yes);
                    self.order(left, JGE_K, low, below, no)
                }
                None => no,
            },
        }
    }

    /// Finds the argument, or reports that there is none here.
    fn left(&mut self, call: Option<&'static Syscall>, operand: &Operand) -> Option<Left> {
        let name = &operand.name.text;
        let mut argument = match locate(call, name, self.arch) {
            Ok(argument) => argument,
            Err(missing) => {
                let message = missing_argument(call, name, missing, self.arch);
                self.report.error(operand.name.span, message);
                return None;
            }
        };
        if let Some(cast) = operand.cast {
            argument.ty = argument.ty.cast(cast);
        }
        let mut unsigned = argument.ty;
        unsigned.signed = false;
        let mask = operand.mask.as_ref();
        let mask = mask.map(|mask| self.values.value(mask, unsigned, Rule::Mask));
        if mask.is_some() {
            // What is left of a number by a mask has no sign.
            argument.ty = unsigned;
        }
        Some(Left { argument, mask })
    }

    fn compare(&mut self, left: Left, op: Comparison, value: &Expression, yes: Id, no: Id) -> Id {
        let (code, rule, yes, no) = match op {
            Comparison::Equal => return self.equal(left, value, yes, no),
            Comparison::NotEqual => return self.equal(left, value, no, yes),
            Comparison::Greater => (JGT_K, Rule::BelowGreatest, yes, no),
            Comparison::GreaterOrEqual => (JGE_K, Rule::AboveLeast, yes, no),
            Comparison::Less => (JGE_K, Rule::AboveLeast, no, yes),
            Comparison::LessOrEqual => (JGT_K, Rule::BelowGreatest, no, yes),
        };
        let value = self.values.value(value, left.argument.ty, rule);
        self.order(left, code, value, yes, no)
    }

    fn equal(&mut self, left: Left, value: &Expression, yes: Id, no: Id) -> Id {
        if let (Some(mask), Some(0)) = (left.mask, value.integer()) {
            return self.none_set(left, mask, yes, no);
        }
        let rule = left.mask.map_or(Rule::Fits, Rule::Within);
        let value = self.values.value(value, left.argument.ty, rule);
        self.equal_to(left, Of::One(value), yes, no)
    }

    /// ```text
    ///     ld  low                              ld   low
    ///     jset mask.low ? no : yes             jset mask.low ? no :
    ///                                          ld   high
    ///                                          jset mask.high ? no : yes
    /// ```
    /// The lower half comes first: what differs at all mostly differs there.
    fn none_set(&mut self, left: Left, mask: usize, yes: Id, no: Id) -> Id {
        let mut clear = |high: bool, yes: Id| {
            let k = half(Of::One(mask), high, false);
            let test = self.graph.test(JSET_K, k, no, yes);
            let offset = offset(left, high);
            self.graph.load(offset, test)
        };
        if left.argument.ty.bits == 64 {
            let high = clear(true, yes);
            clear(false, high)
        } else {
            clear(false, yes)
        }
    }

    /// ```text
    ///     ld  low                              ld   low
    ///    (and mask.low)                       (and  mask.low)
    ///     jeq value.low ? yes : no             jeq  value.low ? : no
    ///                                          ld   high
    ///                                         (and  mask.high)
    ///                                          jeq  value.high ? yes : no
    /// ```
    /// The lower half comes first as above; and where values are tried one after the other, it is in A already for the next.
    fn equal_to(&mut self, left: Left, value: Of, yes: Id, no: Id) -> Id {
        let mut yes = yes;
        if left.argument.ty.bits == 64 {
            let high = self.graph.test(JEQ_K, half(value, true, false), yes, no);
            yes = self.word(left, true, high);
        }
        let low = self.graph.test(JEQ_K, half(value, false, false), yes, no);
        self.word(left, false, low)
    }

    /// ```text
    ///     ld  low                              ld   high
    ///    (xor sign)                           (xor  sign)
    ///     jge value.low ? yes : no             jgt  value.high ? yes :
    ///                                          jeq  value.high ? : no
    ///                                          ld   low
    ///                                          jge  value.low ? yes : no
    /// ```
    /// and the same with `jgt` in place of `jge`.
    fn order(&mut self, left: Left, code: u16, value: usize, yes: Id, no: Id) -> Id {
        let ty = left.argument.ty;
        let of = Of::One(value);
        if ty.bits != 64 {
            let test = self.graph.test(code, half(of, false, ty.signed), yes, no);
            let test = self.signed(ty.signed, test);
            return self.word(left, false, test);
        }
        let low = self.graph.test(code, half(of, false, false), yes, no);
        let low = self.word(left, false, low);
        let same = self.graph.test(JEQ_K, half(of, true, ty.signed), low, no);
        let high = self.graph.test(JGT_K, half(of, true, ty.signed), yes, same);
        let high = self.signed(ty.signed, high);
        self.word(left, true, high)
    }

    fn signed(&mut self, signed: bool, next: Id) -> Id {
        if signed {
            self.graph.change(XOR_K, SIGN, next)
        } else {
            next
        }
    }

    /// `next`, with a word of the argument in A as far as it counts.
    fn word(&mut self, left: Left, high: bool, next: Id) -> Id {
        let mut next = next;
        if let Some(mask) = left.mask {
            let k = half(Of::One(mask), high, false);
            next = self.graph.change(AND_K, k, next);
        }
        if left.argument.ty.bits == 16 {
            next = self.graph.change(AND_K, LOW_16, next);
        }
        self.graph.load(offset(left, high), next)
    }

    fn member(&mut self, left: Left, all: &[Expression], yes: Id, no: Id) -> Id {
        let ty = left.argument.ty;
        let rule = left.mask.map_or(Rule::Fits, Rule::Within);
        let values = all.iter().map(|e| self.values.value(e, ty, rule));
        let values: Vec<usize> = values.collect();
        let span = match (all.first(), all.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => return no,
        };
        // Written down in any case, so that two equal values are an error.
        let list = self.values.list(values, span);
        // In order, so that neighbouring numbers stand beside each other: linking makes a range of them.
        if ty.bits == 64 || left.mask.is_some() || all.len() < SHORTEST_RUN {
            return (all.iter().rev()).fold(no, |next, value| self.equal(left, value, yes, next));
        }
        let found = self.search(list, 0, all.len(), yes, no);
        self.word(left, false, found)
    }

    /// How many values are tried one after the other before a search is worth its tests.
    fn chain_length(&self) -> usize {
        match self.optimize {
            Optimize::Size => 16,
            Optimize::Speed => 5,
        }
    }

    /// A balanced search for A among the sorted values `from..to` of a list.
    fn search(&mut self, list: usize, from: usize, to: usize, yes: Id, no: Id) -> Id {
        let sorted = |index| half(Of::Sorted { list, index }, false, false);
        if to - from <= self.chain_length() {
            return (from..to).rev().fold(no, |next, index| {
                self.graph.test(JEQ_K, sorted(index), yes, next)
            });
        }
        let middle = from + (to - from) / 2;
        let below = self.search(list, from, middle, yes, no);
        let above = self.search(list, middle, to, yes, no);
        self.graph.test(JGE_K, sorted(middle), above, below)
    }
}

/// The conditions in an order in which those on one argument stand beside each other, so that it is loaded once: else as written.
fn side_by_side(conditions: &[Condition]) -> Vec<&Condition> {
    let mut first: Map<&str, usize> = Map::new();
    let mut ordered: Vec<(usize, &Condition)> = Vec::with_capacity(conditions.len());
    for (at, condition) in conditions.iter().enumerate() {
        let place = match condition.operand() {
            Some(operand) => *first.get_or_insert(&operand.name.text, at),
            None => at,
        };
        ordered.push((place, condition));
    }
    ordered.sort_by_key(|(place, _)| *place);
    ordered
        .into_iter()
        .map(|(_, condition)| condition)
        .collect()
}

fn half(of: Of, high: bool, flip: bool) -> Constant {
    Constant::Value(Half { of, high, flip })
}

fn offset(left: Left, high: bool) -> u32 {
    if high {
        left.argument.high
    } else {
        left.argument.low
    }
}

fn missing_argument(
    call: Option<&'static Syscall>,
    name: &str,
    missing: Missing,
    arch: &Arch,
) -> String {
    let call_name = call.map_or("this call", |call| call.name);
    match missing {
        Missing::Invisible => format!(
            "`{name}` is the seventh argument of `{call_name}` on {}, which no filter sees",
            arch.name
        ),
        Missing::Name => {
            let known = call.map(names).unwrap_or_default();
            match nearest(name, known.iter().copied()) {
                Some(near) if near != name => {
                    format!("`{call_name}` has no argument `{name}`; did you mean `{near}`?")
                }
                _ => format!("`{call_name}` has no argument `{name}` on {}", arch.name),
            }
        }
    }
}
