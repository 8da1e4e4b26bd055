//! The parts of the policy reference that are lists: the sets, and the lints.

use std::path::{Path, PathBuf};

use seccomptime_compiler::lint::Lint;

use super::sets;

/// The files, by their paths from the root.
pub fn generate(root: &Path) -> Vec<(PathBuf, String)> {
    let folder = Path::new("runtime/docs");
    vec![
        (folder.join("sets.md"), sets_text(root)),
        (folder.join("lints.md"), lints_text()),
    ]
}

fn sets_text(root: &Path) -> String {
    let mut text = String::from(
        "The sets that a policy can name with `@`.\n\n\
         The ones for Rust are measured: a test runs std's own code under exactly each of them with a killing default. \
         The kernel-level groups have the names and the members that systemd gives them. No set widens in a patch release.\n",
    );
    let sets = sets::read(&root.join("compiler/data/sets"));
    for set in &sets {
        text += &format!(
            "\n# `@{}`\n\n{}\n\n{}\n",
            set.name,
            escaped(&set.what),
            escaped(&set.why)
        );
        for (libc, note) in [("glibc", &set.glibc), ("musl", &set.musl)] {
            if let Some(note) = note {
                text += &format!("\n{libc}: {}\n", escaped(note));
            }
        }
        let members: Vec<String> = set.members.iter().map(|m| format!("`{m}`")).collect();
        text += &format!("\n{}\n", members.join(", "));
    }
    text
}

fn lints_text() -> String {
    let mut text = String::from(
        "The lints: what is dangerous and may be meant. Each is an error that `waive(name: \"reason\")` lifts, for all of the policy, or \
         with `waive(name in rule: \"reason\")` for one rule. (`silent_panic` is a warning.)\n\n| lint | what it is about |\n|---|---|\n",
    );
    for lint in Lint::ALL {
        text += &format!("| `{}` | {} |\n", lint.name(), lint.explanation().trim());
    }
    text
}

/// Text in which Markdown and rustdoc find nothing of their own.
fn escaped(text: &str) -> String {
    text.replace('<', "\\<").replace('[', "\\[")
}
