//! Policies that differ from another one in one thing.

use seccomptime_compiler::action::Verb;
use seccomptime_compiler::lex::lex;
use seccomptime_compiler::policy::{
    Action, Cast, Choice, Comparison, Condition, Expression, Operand, Pattern, Policy, Rule,
    Setting, Target, Value,
};
use seccomptime_compiler::token::Span;

use crate::values::Random;

/// What is different.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// One rule more.
    MoreRules,
    /// One rule less.
    FewerRules,
    /// A rule's action.
    Action,
    /// `default`.
    Default,
    /// `foreign`.
    Foreign,
    /// `unknown`.
    Unknown,
    /// A rule's condition left out.
    NoCondition,
    /// `!`, or `&&` and `||` for each other.
    Logic,
    /// A comparison.
    Comparison,
    /// A value.
    Value,
    /// One value of a list less.
    List,
    /// An argument.
    Argument,
    /// `as …`
    Cast,
    /// A mask.
    Mask,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 14] = [
        Part::MoreRules,
        Part::FewerRules,
        Part::Action,
        Part::Default,
        Part::Foreign,
        Part::Unknown,
        Part::NoCondition,
        Part::Logic,
        Part::Comparison,
        Part::Value,
        Part::List,
        Part::Argument,
        Part::Cast,
        Part::Mask,
    ];
}

/// Policies that differ from `policy` in one thing each.
pub fn different(policy: &Policy, random: &mut Random) -> Vec<(Part, Policy)> {
    let mut all = Vec::new();
    let mut add = |part, change: &dyn Fn(&mut Policy)| {
        let mut other = policy.clone();
        change(&mut other);
        all.push((part, other));
    };
    for verb in [Verb::Allow, Verb::Log, Verb::KillProcess] {
        let choice = Choice {
            action: action(verb),
            or: Vec::new(),
        };
        let setting = || {
            Some(Setting {
                value: choice.clone(),
                span: Span::default(),
            })
        };
        add(Part::Default, &|other| other.settings.default = setting());
        add(Part::Foreign, &|other| other.settings.foreign = setting());
        add(Part::Unknown, &|other| other.settings.unknown = setting());
        for number in [0, 3, 200, 512, 900, random.word()] {
            add(Part::MoreRules, &|other| {
                other.rules.push(rule(verb, number))
            });
        }
    }
    // Of very many rules some: what is done to one of them is done to all in the end.
    let chosen: Vec<usize> = if policy.rules.len() <= MANY {
        (0..policy.rules.len()).collect()
    } else {
        (0..MANY)
            .map(|_| random.below(policy.rules.len()))
            .collect()
    };
    for at in chosen {
        add(Part::FewerRules, &|other| {
            other.rules.remove(at);
        });
        for verb in [Verb::Allow, Verb::Log, Verb::KillThread] {
            add(Part::Action, &|other| other.rules[at].action = action(verb));
        }
        if matches!(policy.rules[at].action.value, Some(Value::Expression(_))) {
            let value = Some(Value::Expression(number(77)));
            add(Part::Action, &|other| {
                other.rules[at].action.value = value.clone()
            });
        }
        if let Some(condition) = &policy.rules[at].pattern.condition {
            add(Part::NoCondition, &|other| {
                other.rules[at].pattern.condition = None
            });
            for (part, condition) in conditions(condition, random) {
                add(part, &|other| {
                    other.rules[at].pattern.condition = Some(condition.clone())
                });
            }
        }
    }
    all
}

const MANY: usize = 12;

fn action(verb: Verb) -> Action {
    Action {
        verb,
        value: None,
        span: Span::default(),
    }
}

fn rule(verb: Verb, number: u32) -> Rule {
    Rule {
        action: action(verb),
        pattern: Pattern {
            target: Target::Number(number),
            condition: None,
            text: format!("syscall({number})"),
            span: Span::default(),
        },
        tables: None,
    }
}

fn number(value: u32) -> Expression {
    let tokens = lex(&value.to_string(), 0).expect("a number").tokens;
    Expression::new(&tokens).expect("a number")
}

/// Conditions that differ from this one in one thing each.
fn conditions(condition: &Condition, random: &mut Random) -> Vec<(Part, Condition)> {
    let negated = Condition::Not(Box::new(condition.clone()));
    let mut all = vec![(Part::Logic, negated)];
    match condition {
        Condition::Not(inner) => {
            all.push((Part::Logic, (**inner).clone()));
            let inner = conditions(inner, random).into_iter();
            all.extend(inner.map(|(part, c)| (part, Condition::Not(Box::new(c)))));
        }
        Condition::All(list) | Condition::Any(list) => {
            let is_all = matches!(condition, Condition::All(_));
            let rebuilt = |list, all| {
                if all {
                    Condition::All(list)
                } else {
                    Condition::Any(list)
                }
            };
            all.push((Part::Logic, rebuilt(list.clone(), !is_all)));
            for at in 0..list.len() {
                for (part, one) in conditions(&list[at], random) {
                    let mut list = list.clone();
                    list[at] = one;
                    all.push((part, rebuilt(list, is_all)));
                }
            }
        }
        Condition::Compare { operand, op, value } => {
            let with = |operand, op, value| Condition::Compare { operand, op, value };
            let other = COMPARISONS.into_iter().filter(|other| other != op);
            all.extend(
                other.map(|op| (Part::Comparison, with(operand.clone(), op, value.clone()))),
            );
            let values = values(value);
            all.extend(
                values
                    .into_iter()
                    .map(|v| (Part::Value, with(operand.clone(), *op, v))),
            );
            let operands = operands(operand).into_iter();
            all.extend(operands.map(|(part, o)| (part, with(o, *op, value.clone()))));
        }
        Condition::In { operand, list } => {
            let with = |operand, list| Condition::In { operand, list };
            let at = random.below(list.len());
            for value in values(&list[at]) {
                let mut list = list.clone();
                list[at] = value;
                all.push((Part::Value, with(operand.clone(), list)));
            }
            let mut fewer = list.clone();
            fewer.remove(at);
            if !fewer.is_empty() {
                all.push((Part::List, with(operand.clone(), fewer)));
            }
            let operands = operands(operand).into_iter();
            all.extend(operands.map(|(part, o)| (part, with(o, list.clone()))));
        }
        Condition::Range { operand, low, high } => {
            let with = |operand, low, high| Condition::Range { operand, low, high };
            let [lows, highs] = [values(low), values(high)];
            let lows = lows
                .into_iter()
                .map(|low| with(operand.clone(), low, high.clone()));
            let highs = highs
                .into_iter()
                .map(|high| with(operand.clone(), low.clone(), high));
            all.extend(lows.chain(highs).map(|c| (Part::Value, c)));
            let operands = operands(operand).into_iter();
            all.extend(operands.map(|(part, o)| (part, with(o, low.clone(), high.clone()))));
        }
    }
    all
}

const COMPARISONS: [Comparison; 6] = [
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::GreaterOrEqual,
];

/// Other values, 0 among them, which under a mask is tested in a way of its own.
fn values(value: &Expression) -> Vec<Expression> {
    let others = [0, 1, 9].map(number).into_iter();
    others.filter(|other| other != value).collect()
}

fn operands(operand: &Operand) -> Vec<(Part, Operand)> {
    let mut all = Vec::new();
    for name in ["arg0", "arg1", "arg2"] {
        let mut other = operand.clone();
        other.name.text = name.to_owned();
        all.push((Part::Argument, other));
    }
    for cast in [
        None,
        Some(Cast::U32),
        Some(Cast::I32),
        Some(Cast::U64),
        Some(Cast::I64),
    ] {
        all.push((
            Part::Cast,
            Operand {
                cast,
                ..operand.clone()
            },
        ));
    }
    let masks = [None, Some(number(9)), Some(number(u32::MAX))];
    for mask in masks {
        all.push((
            Part::Mask,
            Operand {
                mask,
                ..operand.clone()
            },
        ));
    }
    all.retain(|(_, other)| other != operand);
    all
}
