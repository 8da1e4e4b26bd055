//! What the policy wants, read from its rules: for every number, and as a function of the tests on its arguments.
//!
//! This is written from the description of the language, and shares nothing with what selects and lowers.

use crate::arch::{Arch, NO_CALL, Numbers, X32_BIT, X32_WITHOUT_BIT};
use crate::argument::{Argument, locate};
use crate::bpf::{AND_K, JEQ_K, JGE_K, JGT_K, JSET_K, XOR_K};
use crate::data::{SYSCALLS, Syscall};
use crate::map::Map;
use crate::policy::{Action, Comparison, Condition, Expression, Operand, Rule};
use crate::resolve::{Call, Names};
use crate::select::Defaults;

use super::bdd::{Diagrams, Ref, TooMany};
use super::question::{Asks, Term, Test};
use super::walk::Ends;

/// The sign bit of a 32-bit word.
const SIGN: u32 = 1 << 31;
/// The bits of a 16-bit argument.
const LOW_16: u32 = 0xffff;

/// The policy for one arch.
pub(super) struct Wanted<'p> {
    arch: &'static Arch,
    defaults: &'p Defaults,
    /// The rules for each number that has any.
    rules: Map<u32, Vec<(Option<&'static Syscall>, &'p Rule)>>,
    /// The numbers that the baseline knows.
    known: Vec<u32>,
}

impl<'p> Wanted<'p> {
    pub(super) fn of(names: &Names<'p>, defaults: &'p Defaults, arch: &'static Arch) -> Wanted<'p> {
        let mut rules: Map<u32, Vec<_>> = Map::new();
        for rule in &names.rules {
            let tables = &rule.written.tables;
            if tables
                .as_ref()
                .is_some_and(|tables| !tables.contains(&arch.table))
            {
                continue;
            }
            for call in &rule.calls {
                if let Some(number) = call.number_on(arch.table) {
                    rules
                        .get_or_insert(number, Vec::new())
                        .push((call.syscall(), rule.written));
                }
            }
        }
        let known = SYSCALLS
            .iter()
            .filter(|s| s.since_on(arch.table) <= names.baseline);
        let known = known.filter_map(|s| Call::Named(s).number_on(arch.table));
        let mut known: Vec<u32> = known.collect();
        known.sort_unstable();
        Wanted {
            arch,
            defaults,
            rules,
            known,
        }
    }

    /// Numbers between two neighbours of which nothing changes.
    pub(super) fn edges(&self) -> Vec<u32> {
        let special = [
            0,
            X32_BIT,
            NO_CALL,
            *X32_WITHOUT_BIT.start(),
            *X32_WITHOUT_BIT.end(),
        ];
        let numbers = self
            .rules
            .iter()
            .map(|(number, _)| number)
            .chain(&self.known)
            .copied();
        let near = |number: u32| {
            [number.checked_sub(1), Some(number), number.checked_add(1)]
                .into_iter()
                .flatten()
        };
        numbers.chain(special).flat_map(near).collect()
    }

    /// What happens to calls of any other audit arch.
    pub(super) fn foreign(&self) -> &'p Action {
        &self.defaults.foreign.action
    }

    fn is_foreign(&self, number: u32) -> bool {
        let foreign = match self.arch.numbers {
            Numbers::Plain => false,
            Numbers::WithoutX32Bit => number >= X32_BIT,
            Numbers::WithX32Bit => number < X32_BIT,
        };
        foreign && number != NO_CALL
    }

    /// Whether no condition has a say in what happens to a number: none of those that are there is of a rule as strict as the strictest
    /// one without.
    pub(super) fn by_number(&self, number: u32) -> bool {
        let rules = self.rules.get(&number).map_or(&[][..], Vec::as_slice);
        let (with, without): (Vec<&Rule>, Vec<&Rule>) = rules
            .iter()
            .map(|(_, rule)| *rule)
            .partition(|rule| rule.pattern.condition.is_some());
        let strictest = without
            .iter()
            .map(|rule| &rule.action)
            .max_by_key(|a| a.verb);
        let silent = |rule: &&Rule| {
            strictest.is_some_and(|s| rule.action.verb < s.verb || rule.action == *s)
        };
        self.is_foreign(number) || with.iter().all(silent)
    }

    /// What happens to a number, as a diagram.
    pub(super) fn number(&self, number: u32, ends: &mut Ends) -> Result<Ref, TooMany> {
        if self.is_foreign(number) {
            return Ok(ends.action(&self.defaults.foreign.action));
        }
        let Some(rules) = self.rules.get(&number) else {
            return Ok(ends.action(self.without_rule(number)));
        };
        // The strictest is put on last, over whatever the others say. Two values of one verb never meet; and if they did, the one
        // written first would win.
        let mut rules = rules.clone();
        rules.sort_by_key(|(_, rule)| core::cmp::Reverse(rule.action.verb));
        rules.reverse();
        let mut wanted = ends.action(&self.defaults.default.action);
        for (call, rule) in rules {
            let action = ends.action(&rule.action);
            let when = match &rule.pattern.condition {
                None => Diagrams::TRUE,
                Some(condition) => self.condition(call, condition, ends)?,
            };
            wanted = ends.diagrams.choose(when, action, wanted)?;
        }
        Ok(wanted)
    }

    fn without_rule(&self, number: u32) -> &'p Action {
        if self.known.binary_search(&number).is_ok() {
            return &self.defaults.default.action;
        }
        let unknown = &self.defaults.unknown.action;
        let denied = unknown.verb >= crate::action::Verb::Errno;
        let was_x32 =
            self.arch.numbers == Numbers::WithoutX32Bit && X32_WITHOUT_BIT.contains(&number);
        if was_x32 && !denied {
            &self.defaults.foreign.action
        } else {
            unknown
        }
    }

    fn condition(
        &self,
        call: Option<&'static Syscall>,
        condition: &Condition,
        ends: &mut Ends,
    ) -> Result<Ref, TooMany> {
        match condition {
            Condition::Not(inner) => {
                let inner = self.condition(call, inner, ends)?;
                ends.not(inner)
            }
            Condition::All(list) => list.iter().rev().try_fold(Diagrams::TRUE, |all, one| {
                let one = self.condition(call, one, ends)?;
                ends.and(one, all)
            }),
            Condition::Any(list) => list.iter().rev().try_fold(Diagrams::FALSE, |any, one| {
                let one = self.condition(call, one, ends)?;
                ends.or(one, any)
            }),
            Condition::Compare { operand, op, value } => {
                let Some(left) = self.left(call, operand) else {
                    return Ok(Diagrams::FALSE);
                };
                match op {
                    Comparison::Equal => left.equal(value, ends),
                    Comparison::NotEqual => {
                        let equal = left.equal(value, ends)?;
                        ends.not(equal)
                    }
                    Comparison::GreaterOrEqual => left.above(JGE_K, value, ends),
                    Comparison::Greater => left.above(JGT_K, value, ends),
                    Comparison::Less => {
                        let not = left.above(JGE_K, value, ends)?;
                        ends.not(not)
                    }
                    Comparison::LessOrEqual => {
                        let not = left.above(JGT_K, value, ends)?;
                        ends.not(not)
                    }
                }
            }
            Condition::In { operand, list } => match self.left(call, operand) {
                Some(left) => left.member(list, ends),
                None => Ok(Diagrams::FALSE),
            },
            Condition::Range { operand, low, high } => {
                let Some(left) = self.left(call, operand) else {
                    return Ok(Diagrams::FALSE);
                };
                let from = left.above(JGE_K, low, ends)?;
                let beyond = left.above(JGT_K, high, ends)?;
                let to = ends.not(beyond)?;
                ends.and(from, to)
            }
        }
    }

    fn left<'c>(&self, call: Option<&'static Syscall>, operand: &'c Operand) -> Option<Left<'c>> {
        let mut argument = locate(call, &operand.name.text, self.arch).ok()?;
        if let Some(cast) = operand.cast {
            argument.ty = argument.ty.cast(cast);
        }
        // What a mask leaves has no sign.
        argument.ty.signed &= operand.mask.is_none();
        Some(Left {
            argument,
            mask: operand.mask.as_ref(),
        })
    }
}

/// The left side of a comparison.
struct Left<'c> {
    argument: Argument,
    mask: Option<&'c Expression>,
}

impl Left<'_> {
    fn term(&self, value: &Expression, high: bool, flip: bool) -> Term {
        Term::Half {
            text: value.text.clone(),
            ty: self.argument.ty,
            high,
            flip,
        }
    }

    /// A question about one half of the argument, as far as the argument has bits there.
    fn ask(&self, high: bool, signed: bool, asks: Asks, ends: &mut Ends) -> Ref {
        let mut changes = Vec::new();
        if self.argument.ty.bits == 16 {
            changes.push((AND_K, Term::Known(LOW_16)));
        }
        if let Some(mask) = self.mask {
            changes.push((AND_K, self.term(mask, high, false)));
        }
        if signed {
            changes.push((XOR_K, Term::Known(SIGN)));
        }
        let offset = if high {
            self.argument.high
        } else {
            self.argument.low
        };
        ends.question(Test {
            offset,
            changes,
            asks,
        })
    }

    fn is_wide(&self) -> bool {
        self.argument.ty.bits == 64
    }

    fn equal(&self, value: &Expression, ends: &mut Ends) -> Result<Ref, TooMany> {
        if let (Some(mask), Some(0)) = (self.mask, value.integer()) {
            return self.none_set(mask, ends);
        }
        let half = |high: bool, ends: &mut Ends| {
            let asks = Asks::Compares(JEQ_K, self.term(value, high, false));
            self.ask(high, false, asks, ends)
        };
        let low = half(false, ends);
        if !self.is_wide() {
            return Ok(low);
        }
        let high = half(true, ends);
        ends.and(high, low)
    }

    /// No bit of a mask is set.
    fn none_set(&self, mask: &Expression, ends: &mut Ends) -> Result<Ref, TooMany> {
        let half = |high: bool, ends: &mut Ends| {
            let offset = if high {
                self.argument.high
            } else {
                self.argument.low
            };
            ends.question(Test {
                offset,
                changes: Vec::new(),
                asks: Asks::Compares(JSET_K, self.term(mask, high, false)),
            })
        };
        let mut set = half(false, ends);
        if self.is_wide() {
            let high = half(true, ends);
            set = ends.or(high, set)?;
        }
        ends.not(set)
    }

    /// The argument is greater, or not less, as its type orders it: the upper half decides, and where that is equal the lower one.
    fn above(&self, code: u16, value: &Expression, ends: &mut Ends) -> Result<Ref, TooMany> {
        let signed = self.argument.ty.signed;
        if !self.is_wide() {
            let asks = Asks::Compares(code, self.term(value, false, signed));
            return Ok(self.ask(false, signed, asks, ends));
        }
        let low = Asks::Compares(code, self.term(value, false, false));
        let low = self.ask(false, false, low, ends);
        let high = |code: u16, ends: &mut Ends| {
            let asks = Asks::Compares(code, self.term(value, true, signed));
            self.ask(true, signed, asks, ends)
        };
        let (above, same) = (high(JGT_K, ends), high(JEQ_K, ends));
        let tie = ends.and(same, low)?;
        ends.or(above, tie)
    }

    /// One of several values: for a word that is compared as it is a question of its own, since it may be answered by a search.
    fn member(&self, list: &[Expression], ends: &mut Ends) -> Result<Ref, TooMany> {
        if !self.is_wide() && self.mask.is_none() {
            let mut texts: Vec<String> = list.iter().map(|value| value.text.clone()).collect();
            texts.sort_unstable();
            let list = (texts, self.argument.ty);
            if ends.is_searched(&list) {
                return Ok(self.ask(false, false, Asks::Member(list.0, list.1), ends));
            }
        }
        list.iter().rev().try_fold(Diagrams::FALSE, |any, value| {
            let equal = self.equal(value, ends)?;
            ends.or(equal, any)
        })
    }
}
