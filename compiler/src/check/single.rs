//! Whether a policy lets a call through for one value of an argument, as far as that is seen before rustc knows the others.

use crate::policy::{Comparison, Condition, Expression, Name, Operand, Pattern, Target};
use crate::token::{Span, Token, Tree};

use super::forbid::{Answer, answer};
use super::verdict::Verdict;

/// `call(argument == number)`.
pub(super) fn pattern(call: &str, argument: &str, number: u32, span: Span) -> Pattern {
    let named = |text: &str| Name {
        text: text.to_owned(),
        span,
    };
    let number = number.to_string();
    let value = Expression {
        tokens: vec![Token {
            tree: Tree::Literal(number.clone()),
            loc: span.first,
        }],
        text: number.clone(),
        span,
    };
    Pattern {
        target: Target::Name(named(call)),
        condition: Some(Condition::Compare {
            operand: Operand {
                name: named(argument),
                cast: None,
                mask: None,
            },
            op: Comparison::Equal,
            value,
        }),
        text: format!("{call}({argument} == {number})"),
        span,
    }
}

/// The conditions of which one must be met for the pattern to be let in, and what lets it in then.
pub(super) fn ways(pattern: &Pattern, verdict: &Verdict<'_>) -> Vec<(Condition, String)> {
    match answer(pattern, verdict) {
        Answer::KeptOut => Vec::new(),
        Answer::LetIn(by) => {
            let condition = pattern.condition.clone();
            condition.map(|met| (met, by)).into_iter().collect()
        }
        Answer::Depends(ways) => ways,
    }
}
