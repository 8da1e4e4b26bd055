//! Reads the set files.
//!
//! A set begins with `@name` at the start of a line. `what:` and `why:` follow, a sentence each, then `glibc:` and
//! `musl:` where one of them needs a word of its own, then `example:`, which says what program has such a policy, and
//! `policy:`, a line of it each, then the members, indented, one a line: a syscall or `@other`. `#` starts a comment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A set as its file has it.
#[derive(Default)]
pub struct SetText {
    /// Without `@`.
    pub name: String,
    /// What it holds.
    pub what: String,
    /// Why it is there.
    pub why: String,
    /// What only glibc needs.
    pub glibc: Option<String>,
    /// What only musl needs.
    pub musl: Option<String>,
    /// What program has the policy.
    pub example: String,
    /// A policy that names the set, line by line.
    pub policy: Vec<String>,
    /// Syscalls, and other sets with their `@`.
    pub members: Vec<String>,
}

/// All sets of the `.set` files in a directory, by name.
///
/// # Panics
///
/// Where a file can't be read or a line isn't understood, with file and line.
pub fn read(folder: &Path) -> Vec<SetText> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut sets = Vec::new();
    for entry in entries {
        let path = entry.expect("the directory can be read").path();
        if path.extension().is_some_and(|ext| ext == "set") {
            let text =
                fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            parse(&text, &path, &mut sets);
        }
    }
    sets.sort_by(|a: &SetText, b| a.name.cmp(&b.name));
    sets
}

fn parse(text: &str, path: &Path, sets: &mut Vec<SetText>) {
    for (at, line) in text.lines().enumerate() {
        let bad = |why: &str| -> ! { panic!("{}:{}: {why}", path.display(), at + 1) };
        let code = line.split('#').next().unwrap_or_default().trim_end();
        if code.is_empty() {
            continue;
        }
        if let Some(name) = code.strip_prefix('@') {
            sets.push(SetText {
                name: name.to_owned(),
                ..SetText::default()
            });
            continue;
        }
        let Some(set) = sets.last_mut() else {
            bad("no set yet")
        };
        if code.starts_with(' ') {
            set.members.push(code.trim_start().to_owned());
            continue;
        }
        let Some((key, value)) = code.split_once(": ") else {
            bad("neither a key nor a member")
        };
        let value = value.to_owned();
        match key {
            "what" => set.what = value,
            "why" => set.why = value,
            "glibc" => set.glibc = Some(value),
            "musl" => set.musl = Some(value),
            "example" => set.example = value,
            "policy" => set.policy.push(value),
            _ => bad("an unknown key"),
        }
    }
}

/// Every set is whole, and names only what there is, and not itself on any path.
///
/// # Panics
///
/// Where it doesn't, with the set's name.
pub fn check(sets: &[SetText], is_syscall: impl Fn(&str) -> bool) {
    let by_name: BTreeMap<_, _> = sets.iter().map(|set| (set.name.as_str(), set)).collect();
    assert_eq!(by_name.len(), sets.len(), "two sets have one name");
    for set in sets {
        let name = &set.name;
        assert!(
            !set.what.is_empty() && !set.why.is_empty(),
            "@{name} doesn't say what or why"
        );
        assert!(
            !set.example.is_empty() && !set.policy.is_empty(),
            "@{name} has no example"
        );
        assert!(!set.members.is_empty(), "@{name} is empty");
        for (at, member) in set.members.iter().enumerate() {
            assert!(
                !set.members[..at].contains(member),
                "@{name} has `{member}` twice"
            );
            let known = match member.strip_prefix('@') {
                Some(other) => by_name.contains_key(other),
                None => is_syscall(member),
            };
            assert!(known, "@{name}: no `{member}`");
        }
        let mut path = vec![name.as_str()];
        walk(set, &by_name, &mut path);
    }
}

fn walk<'a>(set: &'a SetText, sets: &BTreeMap<&str, &'a SetText>, path: &mut Vec<&'a str>) {
    for other in set
        .members
        .iter()
        .filter_map(|member| member.strip_prefix('@'))
    {
        assert!(
            !path.contains(&other),
            "a set contains itself: {path:?}, {other:?}"
        );
        path.push(other);
        walk(sets[other], sets, path);
        path.pop();
    }
}

/// A set's members, and those of the sets that it names.
#[must_use]
pub fn expand<'a>(set: &'a SetText, sets: &'a [SetText]) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    for member in &set.members {
        match member.strip_prefix('@') {
            None => {
                names.insert(member.as_str());
            }
            Some(other) => {
                let other = sets.iter().find(|set| set.name == other);
                names.extend(other.map(|other| expand(other, sets)).into_iter().flatten());
            }
        }
    }
    names
}
