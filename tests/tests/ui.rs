//! `tests/ui`: one mistake a file, and what the user reads.
//!
//! The full texts are pinned on one rustc, since the frame around ours is its own; on any other, only our own words are
//! looked for. `TRYBUILD=overwrite cargo test -p seccomptime-tests --test ui` writes the texts anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use seccomptime_tests::support::user_crate::UserCrate;

/// The rustc whose messages the `.stderr` files hold.
const PINNED: &str = "rustc 1.95.";

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut cases: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .collect();
    cases.sort();
    cases
}

fn is_pinned() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8(version.stdout)
        .unwrap()
        .starts_with(PINNED)
}

#[test]
fn every_mistake_has_its_text() {
    assert!(cases().len() >= 40);
    if is_pinned() {
        trybuild::TestCases::new().compile_fail("ui/*.rs");
    } else {
        cases().iter().for_each(|case| has_our_words(case));
    }
}

/// What another rustc is held to, on a few cases, so that it works when it is needed.
#[test]
fn some_mistakes_have_our_words() {
    for name in ["unknown_syscall", "two_values", "on_a_const_fn"] {
        has_our_words(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("ui/{name}.rs")));
    }
}

/// The build fails, and each message of ours is in what rustc prints.
fn has_our_words(case: &Path) {
    let name = case.file_stem().unwrap().to_str().unwrap();
    let main = fs::read_to_string(case).unwrap();
    let built = UserCrate::new(name)
        .main(&main)
        .build(env!("CARGO_TARGET_TMPDIR"));
    assert!(!built.well(), "{name} was built");
    let text = fs::read_to_string(case.with_extension("stderr")).unwrap();
    let words = text.lines().filter_map(|line| line.strip_prefix("error: "));
    for words in words {
        assert!(
            built.messages.contains(words),
            "{name}: no {words:?} in\n{}",
            built.messages
        );
    }
}
