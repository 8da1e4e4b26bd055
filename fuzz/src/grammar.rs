//! The text of a policy, whatever it is.

use seccomptime_compiler::arch::ARCHES;
use seccomptime_compiler::include::{File, Files, NoFiles};
use seccomptime_compiler::lex::{LexError, Position, lex};
use seccomptime_compiler::token::{Loc, Span, Token, text};
use seccomptime_compiler::{Arch, Build, Diagnostic, Level, Place, Program, analyse, compile};

/// What separates the policy from the files that it can include, which are called by their number.
const SEPARATOR: char = '\0';
const PLACES: [Place; 3] = [Place::Main, Place::Function, Place::Value];

/// Checks all that must hold of any text.
///
/// # Panics
///
/// Where something doesn't.
pub fn check(input: &str) {
    let mut parts = input.split(SEPARATOR);
    let policy = parts.next().unwrap_or_default();
    let Some((tokens, count)) = lexed(policy, 0) else {
        return;
    };
    let mut files = Memory {
        texts: parts.collect(),
        next: count,
    };
    // One place, arch and kind of build a text, told by its length: any change of it may change them.
    let place = PLACES[input.len() % PLACES.len()];
    let arch = &ARCHES[input.len() / PLACES.len() % ARCHES.len()];
    let build = Build {
        debug: input.len() % 2 == 1,
    };
    let analysis = analyse(&tokens, place, &mut files);
    diagnostics(&analysis.diagnostics, &tokens, files.next);
    let found = compile(&tokens, arch, build, &mut files);
    match &found {
        Ok(program) => {
            diagnostics(&program.warnings, &tokens, files.next);
            assert!(program.warnings.iter().all(|d| d.level == Level::Warning));
            again(program, arch, build);
        }
        Err(messages) => {
            diagnostics(messages, &tokens, files.next);
            assert!(messages.iter().any(is_error), "refused without an error");
            let wrong = |d: &Diagnostic| d.message.contains("please report");
            assert!(
                !messages.iter().any(wrong) || analysis.diagnostics.iter().any(is_error),
                "accepted, and not proved for {}: {messages:?}",
                arch.name
            );
        }
    }
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.level == Level::Error
}

/// The tokens of a text that has some, and how many places were handed out; what stops the lexer stands within the text.
fn lexed(policy: &str, base: u32) -> Option<(Vec<Token>, u32)> {
    match lex(policy, base) {
        Ok(lexed) => {
            for position in &lexed.positions {
                within(*position, policy);
            }
            Some((lexed.tokens, u32::try_from(lexed.positions.len()).ok()?))
        }
        Err(LexError { position, message }) => {
            within(position, policy);
            assert!(!message.is_empty());
            None
        }
    }
}

fn within(Position { line, column }: Position, policy: &str) {
    let index = usize::try_from(line).expect("32 bits") - 1;
    let found = policy.split('\n').nth(index).expect("a line of the text");
    let width = found.chars().count();
    assert!((1..=width + 1).contains(&usize::try_from(column).expect("32 bits")));
}

/// Each has words, and stands where a token does: at one of `count` places.
fn diagnostics(all: &[Diagnostic], tokens: &[Token], count: u32) {
    for diagnostic in all {
        let Diagnostic { span, message, .. } = diagnostic;
        assert!(!message.trim().is_empty());
        let Span { first, last } = *span;
        let nowhere = tokens.is_empty() && *span == Span::default();
        assert!(nowhere || first <= last && last.0 < count, "{diagnostic:?}");
    }
}

/// The text that a program says it was made of makes the same program, and is the same when it is read once more.
fn again(program: &Program, arch: &'static Arch, build: Build) {
    let read = lex(&program.text, 0).unwrap_or_else(|e| panic!("{e:?} in {}", program.text));
    assert_eq!(text(&read.tokens), program.text);
    let same = compile(&read.tokens, arch, build, &mut NoFiles);
    let same = same.unwrap_or_else(|e| panic!("{e:?} of {}", program.text));
    assert_eq!(same.text, program.text);
    assert_eq!(
        same.instructions, program.instructions,
        "{} for {}",
        program.text, arch.name
    );
}

/// Files in memory.
struct Memory<'a> {
    texts: Vec<&'a str>,
    /// The first place that no token has.
    next: u32,
}

impl Files for Memory<'_> {
    fn read(&mut self, path: &str, _: Loc) -> Result<File, String> {
        let index: usize = path.parse().map_err(|_| format!("no `{path}`"))?;
        let text = self.texts.get(index).ok_or(format!("no `{path}`"))?;
        let (tokens, count) = lexed(text, self.next).ok_or("no tokens")?;
        self.next += count;
        Ok(File {
            name: index.to_string(),
            tokens,
        })
    }
}
