//! What is wrong with a policy, and where.

use crate::token::Span;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Only redundant: the build goes on.
    Warning,
    /// The build fails.
    Error,
}

/// One message about one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// The smallest run of tokens that is wrong.
    pub span: Span,
    /// What was found, what is allowed, what to write instead.
    pub message: String,
}

/// Messages as they come up: a stage reports all it finds before the next one starts.
#[derive(Debug, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Reports an error.
    pub fn error(&mut self, span: impl Into<Span>, message: impl Into<String>) {
        self.push(Level::Error, span.into(), message.into());
    }

    /// Reports a warning.
    pub fn warning(&mut self, span: impl Into<Span>, message: impl Into<String>) {
        self.push(Level::Warning, span.into(), message.into());
    }

    fn push(&mut self, level: Level, span: Span, message: String) {
        self.add(Diagnostic {
            level,
            span,
            message,
        });
    }

    /// Reports what has been found.
    pub(crate) fn add(&mut self, diagnostic: Diagnostic) {
        // The same finding in both kinds of build is one message.
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.level == Level::Error)
    }

    /// All messages, in the order in which they stand in the policy.
    pub fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|d| d.span);
        self.diagnostics
    }
}
