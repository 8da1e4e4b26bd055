//! The values of a program's conditions: what only rustc knows, and what must hold of it.

use crate::argument::Type;
use crate::map::Map;
use crate::policy::Expression;
use crate::token::Span;

/// The values of a program, each once.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// All of them; a [`Half`](crate::bpf::Half) names one by its index. One that another depends on comes before it.
    pub all: Vec<Value>,
    /// The lists, as they were written.
    pub lists: Vec<List>,
    known: Map<Value, usize>,
}

/// A value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Value {
    /// The expression.
    pub expression: Expression,
    /// The type it must fit.
    pub ty: Type,
    /// What else must hold of it.
    pub rule: Rule,
}

/// What must hold of a value besides fitting its type, or the test that it is for decides nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rule {
    /// Nothing.
    Fits,
    /// It has a bit that is set.
    Mask,
    /// It has no bit that the mask with this index lacks.
    Within(usize),
    /// It isn't the smallest value of the type: nothing is less.
    AboveLeast,
    /// It isn't the greatest value of the type: nothing is greater.
    BelowGreatest,
    /// It is the lower end of a range.
    LowEnd,
    /// It is the upper end of the range that begins at the value with this index.
    HighEnd(usize),
}

/// The values of an `in [..]`, no two of which may be equal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List {
    /// The indices of the values, in the order of writing.
    pub values: Vec<usize>,
    /// Where they stand.
    pub span: Span,
}

impl Values {
    /// The index of the value, which is added unless it is there.
    pub fn value(&mut self, expression: &Expression, ty: Type, rule: Rule) -> usize {
        let value = Value {
            expression: expression.clone(),
            ty,
            rule,
        };
        if let Some(&index) = self.known.get(&value) {
            return index;
        }
        let index = self.all.len();
        self.known.insert(value.clone(), index);
        self.all.push(value);
        index
    }

    /// The index of the list.
    pub fn list(&mut self, values: Vec<usize>, span: Span) -> usize {
        let known = self.lists.iter().position(|list| list.values == values);
        known.unwrap_or_else(|| {
            self.lists.push(List { values, span });
            self.lists.len() - 1
        })
    }
}
