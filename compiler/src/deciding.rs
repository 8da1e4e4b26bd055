//! What rustc is left to find out about conditions, once it knows their values: whether they decide anything.
//!
//! A test on its own is taken care of by its value, which must be one that the argument can have. Tests on one argument together may
//! always hold, or never, and so may one under a mask: `fd < 3 || fd > 2`, `family == AF_UNIX && family == AF_INET`, `x & 4 > 4`. And a rule is for
//! nothing where stricter ones answer all that it matches. And what is forbidden under a condition must be let in with no value. Each such doubt becomes a small program
//! of its own, which allows the calls for which the condition holds and kills the others; a constant function walks all ways through it while
//! the user's crate is compiled.

use crate::action::Verb;
use crate::arch::Arch;
use crate::argument::locate;
use crate::bpf::Instruction;
use crate::check::Doubt;
use crate::diagnostic::Report;
use crate::emit::emit;
use crate::lower::condition_alone;
use crate::map::Map;
use crate::policy::{Action, Comparison, Condition, Operand, Optimize, Pattern, Rule};
use crate::resolve::{Call, Names};
use crate::select::rules_on;
use crate::token::Span;
use crate::values::Values;

/// A longer program is not asked about: rustc's walk through it would take longer than all else, and a list of a thousand values is seldom what
/// contradicts itself.
const LONGEST: usize = 256;

/// Something that must not be so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// Allows where the condition holds, kills where it doesn't.
    pub program: Vec<Instruction>,
    /// Where the condition stands.
    pub span: Span,
    /// What must not be so.
    pub wrong: Wrong,
}

/// What must not be so of a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// That it decides nothing.
    Idle {
        /// The error where it never holds.
        never: String,
        /// The error where it always holds; `None` where it may.
        always: Option<String>,
    },
    /// That it ever holds.
    Open {
        /// The error where it does.
        ever: String,
        /// The error where the walk takes more room than there is.
        unclear: String,
    },
}

/// The questions about what must be kept out. What can't be asked is an error: nobody knows then that it is.
pub fn kept_out(
    doubts: Vec<Doubt>,
    arch: &'static Arch,
    optimize: Optimize,
    values: &mut Values,
    report: &mut Report,
) -> Vec<Question> {
    let mut asking = Asking {
        arch,
        optimize,
        values,
        questions: Vec::new(),
    };
    for doubt in doubts {
        let program = asking.program(doubt.call, &doubt.condition);
        let Doubt {
            ever,
            unclear,
            span,
            ..
        } = doubt;
        match program.filter(|program| program.len() <= LONGEST) {
            Some(program) => asking.add(Question {
                program,
                span,
                wrong: Wrong::Open { ever, unclear },
            }),
            None => report.error(span, unclear),
        }
    }
    asking.questions
}

/// The questions about the rules that apply on an arch, and about what is forbidden.
pub fn questions(
    names: &Names<'_>,
    arch: &'static Arch,
    optimize: Optimize,
    values: &mut Values,
) -> Vec<Question> {
    let rules = rules_on(names, arch.table).map(|rule| &rule.written.pattern);
    let forbids = names.forbids.iter().map(|forbid| forbid.written);
    // Most policies are done here.
    if rules
        .chain(forbids)
        .all(|pattern| pattern.condition.is_none())
    {
        return Vec::new();
    }
    let mut asking = Asking {
        arch,
        optimize,
        values,
        questions: Vec::new(),
    };
    let mut by_call: Map<Call, Vec<&Rule>> = Map::new();
    let is_here = |call: &&Call| call.number_on(arch.table).is_some();
    for rule in rules_on(names, arch.table) {
        for call in rule.calls.iter().filter(is_here) {
            by_call.get_or_insert(*call, Vec::new()).push(rule.written);
            asking.pattern(*call, &rule.written.pattern);
        }
    }
    for forbid in &names.forbids {
        for call in forbid.calls.iter().filter(is_here) {
            asking.pattern(*call, forbid.written);
        }
    }
    for (call, mut rules) in by_call {
        rules.sort_by_key(|rule| core::cmp::Reverse(rule.action.verb));
        asking.shadows(call, &rules);
    }
    asking.questions
}

struct Asking<'v> {
    arch: &'static Arch,
    optimize: Optimize,
    values: &'v mut Values,
    questions: Vec<Question>,
}

impl Asking<'_> {
    fn pattern(&mut self, call: Call, pattern: &Pattern) {
        if let Some(condition) = &pattern.condition {
            self.parts(call, condition);
        }
    }

    /// Asks about the condition and each of its parts that a single value doesn't vouch for.
    fn parts(&mut self, call: Call, condition: &Condition) {
        match condition {
            Condition::Not(inner) => self.parts(call, inner),
            Condition::All(list) | Condition::Any(list) => {
                let doubtful = self.share_an_argument(call, list) && !are_alternatives(condition);
                if doubtful {
                    let (never, always) = match condition {
                        Condition::All(_) => (
                            "no value passes all of these tests: the condition never holds; `||` asks for one of them",
                            "every value passes all of these tests: the condition always holds",
                        ),
                        _ => (
                            "no value passes any of these tests: the condition never holds",
                            "every value passes one of these tests: the condition always holds; `&&` asks for all of them",
                        ),
                    };
                    self.ask(
                        call,
                        condition,
                        condition.span().unwrap_or_default(),
                        never,
                        Some(always),
                    );
                }
                for one in list {
                    self.parts(call, one);
                }
            }
            Condition::Compare { operand, op, .. } => {
                let order = !matches!(op, Comparison::Equal | Comparison::NotEqual);
                if order && operand.mask.is_some() {
                    self.under_mask(call, condition);
                }
            }
            Condition::In { operand, .. } | Condition::Range { operand, .. } => {
                if operand.mask.is_some() {
                    self.under_mask(call, condition);
                }
            }
        }
    }

    fn under_mask(&mut self, call: Call, condition: &Condition) {
        self.ask(
            call,
            condition,
            condition.span().unwrap_or_default(),
            "this never holds: the mask leaves no such value",
            Some("this always holds: the mask leaves no other value"),
        );
    }

    /// Asks whether each rule for a call decides about a part of what it matches. `rules` come strictest first.
    fn shadows(&mut self, call: Call, rules: &[&Rule]) {
        for (i, rule) in rules.iter().enumerate() {
            let stricter = rules[..i]
                .iter()
                .filter(|earlier| earlier.action.verb > rule.action.verb);
            let mut left = Vec::new();
            for earlier in stricter {
                match &earlier.pattern.condition {
                    Some(condition) => left.push(Condition::Not(Box::new(condition.clone()))),
                    // That it covers this one is seen without any value.
                    None => return,
                }
            }
            let is_alone = left.is_empty();
            left.extend(rule.pattern.condition.clone());
            if is_alone || !self.share_an_argument(call, &left) {
                continue;
            }
            let (verb, text) = (rule.action.verb.name(), &rule.pattern.text);
            let message = format!(
                "`{verb}` of `{text}` never decides: a stricter rule answers every call that it matches"
            );
            let span = rule.pattern.span;
            self.ask(call, &Condition::All(left), span, &message, None);
        }
    }

    fn ask(
        &mut self,
        call: Call,
        condition: &Condition,
        span: Span,
        never: &str,
        always: Option<&str>,
    ) {
        let program = self.program(call, condition);
        let Some(program) = program.filter(|program| program.len() <= LONGEST) else {
            return;
        };
        let (never, always) = (never.to_owned(), always.map(str::to_owned));
        self.add(Question {
            program,
            span,
            wrong: Wrong::Idle { never, always },
        });
    }

    fn add(&mut self, question: Question) {
        if !self.questions.contains(&question) {
            self.questions.push(question);
        }
    }

    /// What allows where the condition holds, and kills where it doesn't; `None` where it can't be looked at on this arch.
    fn program(&mut self, call: Call, condition: &Condition) -> Option<Vec<Instruction>> {
        let action = |verb| Action {
            verb,
            value: None,
            span: Span::default(),
        };
        let ends = [action(Verb::Allow), action(Verb::KillProcess)];
        // What can't be looked at on this arch has been told where the rule was lowered.
        let mut unheard = Report::default();
        let (graph, root) = condition_alone(
            self.arch,
            self.optimize,
            self.values,
            &mut unheard,
            (call.syscall(), condition),
            &ends,
        );
        (!unheard.has_errors()).then(|| emit(&graph, root))
    }

    /// Whether two of the conditions look at one argument.
    fn share_an_argument(&self, call: Call, list: &[Condition]) -> bool {
        let mut words: Vec<u32> = Vec::new();
        for condition in list {
            let mut own = Vec::new();
            self.words(call, condition, &mut own);
            if own.iter().any(|word| words.contains(word)) {
                return true;
            }
            words.extend(own);
        }
        false
    }

    /// The words of the call that a condition looks at.
    fn words(&self, call: Call, condition: &Condition, words: &mut Vec<u32>) {
        match condition {
            Condition::Not(inner) => self.words(call, inner, words),
            Condition::All(list) | Condition::Any(list) => {
                for one in list {
                    self.words(call, one, words);
                }
            }
            Condition::Compare { operand, .. }
            | Condition::In { operand, .. }
            | Condition::Range { operand, .. } => words.extend(self.place(call, operand)),
        }
    }

    fn place(&self, call: Call, operand: &Operand) -> impl Iterator<Item = u32> {
        let argument = locate(call.syscall(), &operand.name.text, self.arch).ok();
        argument
            .into_iter()
            .flat_map(|argument| [argument.low, argument.high])
    }
}

/// Whether it is `x == A || x == B || …` of one argument, which holds for each of these values and for no other.
fn are_alternatives(condition: &Condition) -> bool {
    let Condition::Any(list) = condition else {
        return false;
    };
    let first = list.first().and_then(alternative);
    first.is_some() && list.iter().all(|one| alternative(one) == first)
}

/// The argument that must have a value, where nothing else must be.
fn alternative(condition: &Condition) -> Option<&Operand> {
    match condition {
        Condition::Compare {
            operand,
            op: Comparison::Equal,
            ..
        }
        | Condition::In { operand, .. } => operand.mask.is_none().then_some(operand),
        _ => None,
    }
}
