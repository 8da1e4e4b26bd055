//! The policy as it was written: what [`parse`](crate::parse) makes of tokens.

use crate::action::Verb;
use crate::data::{Table, Version};
use crate::token::{self, Span, Token};

/// A whole policy.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Every rule, in the order of writing, which means nothing.
    pub rules: Vec<Rule>,
    /// What the finished policy may not permit.
    pub forbids: Vec<Pattern>,
    /// The calls that the program makes most.
    pub hot: Vec<Pattern>,
    /// Everything else.
    pub settings: Settings,
    /// The canonical text of each entry but the includes, which are replaced by theirs.
    pub entries: Vec<String>,
}

impl Policy {
    /// Every action written, in rules and settings.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        let settings = &self.settings;
        let choices = [
            &settings.default,
            &settings.debug_default,
            &settings.foreign,
            &settings.unknown,
        ];
        let written = choices.into_iter().flatten().flat_map(|setting| {
            let choice = &setting.value;
            [&choice.action].into_iter().chain(&choice.or)
        });
        let rules = self.rules.iter().map(|rule| &rule.action);
        rules.chain(written)
    }

    /// Every pattern that a rule or `forbid` says something of, with the rule.
    pub fn patterns(&self) -> impl Iterator<Item = (Option<&Rule>, &Pattern)> {
        let rules = self.rules.iter().map(|rule| (Some(rule), &rule.pattern));
        rules.chain(self.forbids.iter().map(|pattern| (None, pattern)))
    }

    /// Those that say it on a table.
    pub fn patterns_on(&self, table: Table) -> impl Iterator<Item = (Option<&Rule>, &Pattern)> {
        let patterns = self.patterns();
        patterns.filter(move |(rule, _)| rule.is_none_or(|rule| rule.applies_on(table)))
    }

    /// Whether it says `notify` anywhere, be it for one arch or one kind of build alone.
    pub fn notifies(&self) -> bool {
        self.actions().any(|action| action.verb == Verb::Notify)
    }
}

/// An action for some calls.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What happens to them.
    pub action: Action,
    /// Which calls, and when.
    pub pattern: Pattern,
    /// Only on these tables; `None` is all.
    pub tables: Option<Vec<Table>>,
}

impl Rule {
    /// Whether it is for this table.
    pub fn applies_on(&self, table: Table) -> bool {
        let tables = self.tables.as_ref();
        tables.is_none_or(|tables| tables.contains(&table))
    }
}

/// One `syscall(conditions)` or `@set - …`.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Which calls.
    pub target: Target,
    /// When; `None` is always.
    pub condition: Option<Condition>,
    /// Its canonical text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// Which calls a pattern is about.
#[derive(Clone, Debug)]
pub enum Target {
    /// One call by its name.
    Name(Name),
    /// One number.
    Number(u32),
    /// The members of a set but for some.
    Set {
        /// The set's name, without `@`.
        set: Name,
        /// What is taken away.
        minus: Vec<Minus>,
    },
}

/// What is taken away from a set.
#[derive(Clone, Debug)]
pub enum Minus {
    /// One call.
    Name(Name),
    /// Another set, without `@`.
    Set(Name),
}

/// A name and where it stands.
#[derive(Clone, Debug)]
pub struct Name {
    /// The text.
    pub text: String,
    /// The place.
    pub span: Span,
}

/// Two names are equal wherever they stand.
impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.text == other.text
    }
}

impl Eq for Name {}

/// A verb with its value.
#[derive(Clone, Debug)]
pub struct Action {
    /// The verb.
    pub verb: Verb,
    /// Its value, where it has one.
    pub value: Option<Value>,
    /// Where it stands.
    pub span: Span,
}

/// Two actions are equal where they say the same.
impl PartialEq for Action {
    fn eq(&self, other: &Action) -> bool {
        (self.verb, &self.value) == (other.verb, &other.value)
    }
}

impl Eq for Action {}

impl PartialOrd for Action {
    fn partial_cmp(&self, other: &Action) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Action {
    fn cmp(&self, other: &Action) -> core::cmp::Ordering {
        (self.verb, &self.value).cmp(&(other.verb, &other.value))
    }
}

impl core::fmt::Display for Action {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match &self.value {
            None => f.write_str(self.verb.name()),
            Some(value) => write!(f, "{}({value})", self.verb.name()),
        }
    }
}

/// The value of an action or a condition.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Value {
    /// A Rust constant expression, which rustc evaluates for the target: its canonical text decides whether two
    /// are the same.
    Expression(Expression),
    /// The target's ENOSYS, which is not the same everywhere.
    Enosys,
}

/// A Rust expression.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// Its canonical text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Expression {
    /// The expression made of `tokens`, of which there must be one at least.
    pub fn new(tokens: &[Token]) -> Option<Expression> {
        Some(Expression {
            tokens: tokens.to_vec(),
            text: token::text(tokens),
            span: Span::of(tokens)?,
        })
    }

    /// The number, where the expression is nothing but an integer literal.
    pub fn integer(&self) -> Option<u64> {
        match &self.tokens[..] {
            [token] => crate::parse::integer(token),
            _ => None,
        }
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl PartialOrd for Expression {
    fn partial_cmp(&self, other: &Expression) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Expression {
    fn cmp(&self, other: &Expression) -> core::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl core::fmt::Display for Value {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Value::Expression(expression) => f.write_str(&expression.text),
            Value::Enosys => f.write_str("ENOSYS"),
        }
    }
}

/// A boolean expression over a call's arguments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// `argument op value`
    Compare {
        /// The left side.
        operand: Operand,
        /// The comparison.
        op: Comparison,
        /// The right side.
        value: Expression,
    },
    /// `argument in [value, …]`
    In {
        /// The left side.
        operand: Operand,
        /// The values.
        list: Vec<Expression>,
    },
    /// `argument in low..=high`
    Range {
        /// The left side.
        operand: Operand,
        /// The smallest value.
        low: Expression,
        /// The largest value.
        high: Expression,
    },
    /// `!condition`
    Not(Box<Condition>),
    /// All of them: `&&` and the comma.
    All(Vec<Condition>),
    /// At least one of them: `||`.
    Any(Vec<Condition>),
}

impl Condition {
    /// The one argument that it is about, where it is a single test.
    pub fn operand(&self) -> Option<&Operand> {
        match self {
            Condition::Compare { operand, .. }
            | Condition::In { operand, .. }
            | Condition::Range { operand, .. } => Some(operand),
            Condition::Not(inner) => inner.operand(),
            Condition::All(_) | Condition::Any(_) => None,
        }
    }

    /// Where its first argument stands.
    pub fn span(&self) -> Option<Span> {
        match self {
            Condition::Not(inner) => inner.span(),
            Condition::All(list) | Condition::Any(list) => list.first()?.span(),
            Condition::Compare { operand, .. }
            | Condition::In { operand, .. }
            | Condition::Range { operand, .. } => Some(operand.name.span),
        }
    }
}

/// An argument as a condition looks at it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operand {
    /// Its kernel name, or `arg0` to `arg5`.
    pub name: Name,
    /// `as u32` and its like.
    pub cast: Option<Cast>,
    /// `& MASK`.
    pub mask: Option<Expression>,
}

/// The type an argument is looked at as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cast {
    /// `as u32`
    U32,
    /// `as i32`
    I32,
    /// `as u64`
    U64,
    /// `as i64`
    I64,
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A setting and where it stands.
#[derive(Clone, Debug)]
pub struct Setting<T> {
    /// What it says.
    pub value: T,
    /// The whole entry.
    pub span: Span,
}

/// An action and what replaces it where the kernel lacks it.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The action wanted.
    pub action: Action,
    /// The replacements, the first one that there is.
    pub or: Vec<Action>,
}

/// All that isn't a rule. `None` is unsaid.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `default = …`
    pub default: Option<Setting<Choice>>,
    /// `debug_default = …`
    pub debug_default: Option<Setting<Choice>>,
    /// `foreign = …`
    pub foreign: Option<Setting<Choice>>,
    /// `unknown = …`
    pub unknown: Option<Setting<Choice>>,
    /// `baseline = "6.12"`
    pub baseline: Option<Setting<Version>>,
    /// `include = "path"`: any number.
    pub includes: Vec<Setting<String>>,
    /// `flags(…)`
    pub flags: Vec<Setting<Flag>>,
    /// `report`
    pub report: Option<Setting<()>>,
    /// `record = …`
    pub record: Option<Setting<Record>>,
    /// `optimize = …`
    pub optimize: Option<Setting<Optimize>>,
    /// `on_error = …`
    pub on_error: Option<Setting<OnError>>,
    /// `waive(…)`: any number.
    pub waivers: Vec<Waiver>,
    /// `crate = path`
    pub krate: Option<Setting<Vec<Token>>>,
}

/// `waive(lint in rule: "reason")`
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Which lint.
    pub lint: Name,
    /// In which rule alone: its canonical text.
    pub rule: Option<Name>,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub span: Span,
}

/// A setting that is one word out of a few.
pub trait Word: Sized + Copy + 'static {
    /// All of them, by name.
    const ALL: &'static [(&'static str, Self)];
}

/// How the filter is loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flag {
    /// All threads of the process.
    Tsync,
    /// Write denied calls to the log as well.
    Log,
    /// Leave speculative store bypass as it is.
    SpecAllow,
    /// A call that waits for its listener dies of fatal signals alone.
    WaitKillable,
    /// Leave no_new_privs as it is.
    KeepPrivs,
}

impl Word for Flag {
    const ALL: &'static [(&'static str, Flag)] = &[
        ("tsync", Flag::Tsync),
        ("log", Flag::Log),
        ("spec_allow", Flag::SpecAllow),
        ("wait_killable", Flag::WaitKillable),
        ("keep_privs", Flag::KeepPrivs),
    ];
}

/// What the binary says about its policy.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Record {
    /// The text, the place and the array.
    #[default]
    Full,
    /// The place and the array.
    Minimal,
    /// The array alone, with nothing to find it by.
    None,
}

impl Word for Record {
    const ALL: &'static [(&'static str, Record)] = &[
        ("full", Record::Full),
        ("minimal", Record::Minimal),
        ("none", Record::None),
    ];
}

/// What the program is good at.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Optimize {
    /// The fewest instructions.
    Size,
    /// Few instructions executed.
    #[default]
    Speed,
}

impl Word for Optimize {
    const ALL: &'static [(&'static str, Optimize)] =
        &[("size", Optimize::Size), ("speed", Optimize::Speed)];
}

/// What happens where the filter can't be installed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum OnError {
    /// One line on standard error, then the end with status 78.
    #[default]
    Exit,
    /// The function returns the error.
    Return,
    /// A panic.
    Panic,
    /// One line on standard error, then the program goes on without the filter.
    Continue,
}

impl Word for OnError {
    const ALL: &'static [(&'static str, OnError)] = &[
        ("exit", OnError::Exit),
        ("return", OnError::Return),
        ("panic", OnError::Panic),
        ("continue", OnError::Continue),
    ];
}
