//! The policy reference: that each lint, set, verb and setting has its example, and that the examples are what they are said to be. As doc tests
//! of the runtime rustc builds them for this machine, or fails to; here they are looked at for every arch, and the refused ones for why.

use std::fs;

use seccomptime_compiler::action::Verb;
use seccomptime_compiler::arch::{ARCHES, Arch};
use seccomptime_compiler::data::SETS;
use seccomptime_compiler::include::{File, Files};
use seccomptime_compiler::lint::Lint;
use seccomptime_compiler::parse::SETTINGS;
use seccomptime_compiler::token::Loc;
use seccomptime_compiler::{Build, Diagnostic, Level, Place, analyse, compile_at, lex::lex};
use seccomptime_tests::generate::root;

/// A policy of a page.
struct Example {
    /// Whether it must not build.
    refused: bool,
    place: Place,
    policy: String,
}

fn page(name: &str) -> String {
    let path = root().join("runtime/docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The sections of a page that begin with a name in a heading, and the examples in each.
fn sections(page: &str) -> Vec<(&str, Vec<Example>)> {
    let sections = page.split("\n# `").skip(1);
    let named = sections.map(|section| section.split_once("`\n").expect("a name alone"));
    named.map(|(name, text)| (name, examples(text))).collect()
}

/// The policies in the Rust code of a text, each in its block.
fn examples(text: &str) -> Vec<Example> {
    let blocks = text.split("\n```").skip(1).step_by(2);
    let blocks = blocks.filter_map(|block| block.split_once('\n'));
    let rust = blocks.filter(|(info, _)| !info.starts_with("text"));
    let policies = rust.flat_map(|(info, code)| {
        let refused = info.contains("compile_fail");
        starts(code).map(move |(place, at)| Example {
            refused,
            place,
            policy: until_closed(&code[at..]).to_owned(),
        })
    });
    policies.collect()
}

/// Where policies begin in a code, and where they stand.
fn starts(code: &str) -> impl Iterator<Item = (Place, usize)> {
    ["#[seccomptime::seccomp(", "#[seccomp(", "policy!("]
        .into_iter()
        .flat_map(move |word| code.match_indices(word))
        .map(move |(at, word)| {
            let place = match word {
                "policy!(" => Place::Value,
                _ if code[at..].contains("\nfn main(") => Place::Main,
                _ => Place::Function,
            };
            (place, at + word.len())
        })
}

/// A text up to where the parenthesis ends that was opened before it.
fn until_closed(text: &str) -> &str {
    let mut open = 1;
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => open += 1,
            ')' if !quoted => open -= 1,
            _ => {}
        }
        if open == 0 {
            return &text[..at];
        }
    }
    panic!("never closed: {text}")
}

/// The runtime's policy files.
struct OfTheRuntime;

impl Files for OfTheRuntime {
    fn read(&mut self, path: &str, _: Loc) -> Result<File, String> {
        let text = fs::read_to_string(root().join("runtime").join(path)).map_err(|e| e.to_string());
        Ok(File {
            name: path.to_owned(),
            // Beyond the locations of whatever includes it.
            tokens: lex(&text?, 1 << 16).map_err(|e| e.message)?.tokens,
        })
    }
}

/// What is told of a policy on every arch alike.
fn told(example: &Example) -> Vec<Diagnostic> {
    let tokens = lex(&example.policy, 0).unwrap().tokens;
    analyse(&tokens, example.place, &mut OfTheRuntime).diagnostics
}

/// What is told where it is built for one arch besides.
fn told_on(example: &Example, arch: &'static Arch) -> Vec<Diagnostic> {
    let tokens = lex(&example.policy, 0).unwrap().tokens;
    let build = |debug| {
        let build = Build { debug };
        match compile_at(example.place, &tokens, arch, build, &mut OfTheRuntime) {
            Ok(program) => program.warnings,
            Err(errors) => errors,
        }
    };
    let mut told = build(false);
    if example.policy.contains("debug_default") {
        told.extend(build(true));
    }
    told
}

/// What is told of a policy that is to build without a word, on whatever arch.
fn words_on(example: &Example) -> Vec<String> {
    let everywhere = told(example);
    let everywhere = everywhere.into_iter().map(|told| told.message);
    let arches = ARCHES.iter().flat_map(|arch| told_on(example, arch));
    let mut words: Vec<String> = everywhere.chain(arches.map(|told| told.message)).collect();
    words.sort();
    words.dedup();
    words
}

/// All of these build without a word, on every arch.
#[track_caller]
fn build_silently<'e>(examples: impl IntoIterator<Item = &'e Example>) {
    let examples = examples.into_iter();
    let told = examples.map(|example| (&example.policy, words_on(example)));
    let told: Vec<_> = told.filter(|(_, words)| !words.is_empty()).collect();
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn every_lint_has_a_policy_that_it_refuses_and_what_to_write_instead() {
    let page = page("lints.md");
    let sections = sections(&page);
    let names: Vec<&str> = sections.iter().map(|(name, _)| *name).collect();
    let lints: Vec<&str> = Lint::ALL.iter().map(|lint| lint.name()).collect();
    assert_eq!(names, lints);
    for (lint, (name, examples)) in Lint::ALL.iter().zip(&sections) {
        let [refused, instead @ ..] = &examples[..] else {
            panic!("{name} has no example");
        };
        assert!(refused.refused, "{name}: {}", refused.policy);
        let level = match lint {
            Lint::SilentPanic => Level::Warning,
            _ => Level::Error,
        };
        let is_this =
            |told: &Diagnostic| told.message.ends_with(&lint.hint()) && told.level == level;
        for arch in ARCHES {
            // What is told on all of them alike, or else on this one.
            let mut told = told(refused);
            if told.is_empty() {
                told = told_on(refused, arch);
            }
            assert!(
                !told.is_empty() && told.iter().all(is_this),
                "{} on {}: {told:#?}",
                refused.policy,
                arch.name
            );
        }
        assert!(!instead.is_empty(), "{name}: nothing to write instead");
        for example in instead {
            assert!(!example.refused, "{name}: {}", example.policy);
        }
    }
    let examples = sections.iter().flat_map(|(_, examples)| examples);
    build_silently(examples.filter(|example| !example.refused));
}

#[test]
fn every_set_has_a_policy_that_names_it() {
    let page = page("sets.md");
    let sections = sections(&page);
    let names: Vec<&str> = sections.iter().map(|(name, _)| *name).collect();
    let sets: Vec<String> = SETS.iter().map(|set| format!("@{}", set.name)).collect();
    assert_eq!(names, sets);
    for (name, examples) in &sections {
        let [example] = &examples[..] else {
            panic!("{name} has not one example");
        };
        let words = example
            .policy
            .split(|c: char| !(c.is_ascii_alphanumeric() || "@-_".contains(c)));
        assert!(words.into_iter().any(|word| word == *name), "{name}");
        assert!(!example.refused, "{name}");
    }
    build_silently(sections.iter().flat_map(|(_, examples)| examples));
}

#[test]
fn every_verb_and_setting_has_an_example() {
    let page = page("policy.md");
    let examples = examples(&page);
    let said = |word: &str, behind: &[&str]| {
        let mut policies = examples.iter().map(|example| &example.policy);
        policies.any(|policy| {
            let mut found = policy.match_indices(word);
            found.any(|(at, _)| {
                let before = policy[..at].chars().next_back();
                let after = &policy[at + word.len()..];
                !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                    && behind.iter().any(|it| after.starts_with(it))
            })
        })
    };
    let verbs = Verb::ALL.map(Verb::name).into_iter();
    let verbs = verbs.filter(|verb| !said(verb, &["("]));
    let settings = SETTINGS.into_iter();
    let settings = settings.filter(|setting| !said(setting, &[" =", "(", ","]));
    let without: Vec<&str> = verbs.chain(settings).collect();
    assert!(without.is_empty(), "no example: {without:?}");
    for example in &examples {
        assert!(!example.refused, "{}", example.policy);
    }
    build_silently(&examples);
}

#[test]
fn the_policy_file_that_is_shown_is_the_one_that_is_included() {
    let file = fs::read_to_string(root().join("runtime/docs/reader.policy")).unwrap();
    let page = page("policy.md");
    assert!(page.contains(&format!("```text\n{file}```\n")));
}
