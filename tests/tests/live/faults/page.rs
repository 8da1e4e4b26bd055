//! The table as a page.

use super::cell::{Cell, WARNING};
use super::{COLUMNS, Column, Fault, GROUPS};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Compares the page with the table, or writes it where `BLESS` is set.
pub fn compare() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("FAULTS.md");
    let found = page();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &found).expect("the sources can be written");
    }
    let want = fs::read_to_string(&path).unwrap_or_default();
    assert!(want == found, "{} differs; found:\n{found}", path.display());
}

const HEAD: &str = "\
# Faults

What a program does where the kernel, or a sandbox that it was started in, answers otherwise than this crate would like: each row is
a fault, each column a policy on `main`, each cell was seen. Nowhere but under `on_error = continue` does user code run without the filter, and there
the program says so.

Made by `cargo test -p seccomptime-tests --test live faults`, which runs every cell with and without capabilities, and holds its
end, stdout and stderr against the tables in `tests/tests/live/faults`; with `BLESS=1` it writes this page.

- **full**, **partial**: the filter is in force, and `seccomptime::status()` says the text with that number.
- **78**: the program ended with that status before user code, and the text with that number is its line on stderr.
- **killed**: the same, by an instruction that no processor takes, as nothing else ends the program.
- **goes on**: user code ran without the filter; the line on stderr says `is not protected and goes on` in place of `is not protected`, and
  `seccomptime::status()` is `None`.
- *warned*: debug builds say on stderr:
";

/// Where the attribute stands, for a reader.
const PLACE: &str = "seccomptime: main at src/main.rs:5";

const TAIL: &str = "
## What isn't here

- A program of more than 4096 instructions: it is a build error, and a `Policy` can't be made by hand.
- A supervisor that lets the kernel answer until the very load, and makes up a success for that one, isn't noticed: nothing is called after
  the load. It could as well stop the program and change it. An outer filter can't do that: it sees numbers alone, and to it the load of a
  program without instructions, which comes first and which no kernel takes, is the same call.
";

fn page() -> String {
    let mut page = format!("{HEAD}  `` {PLACE} {WARNING} ``\n\n");
    let mut texts = Texts::default();
    for group in &GROUPS {
        write!(page, "## {}\n\n{}", group.title, header()).expect("a String");
        for fault in group.faults {
            row(&mut page, fault, &mut texts);
        }
        page.push('\n');
    }
    page.push_str("## What is printed\n\n| | |\n|---|---|\n");
    for (i, text) in texts.0.iter().enumerate() {
        writeln!(page, "| {} | {text} |", i + 1).expect("a String");
    }
    page.push_str(TAIL);
    page
}

fn header() -> String {
    let titles: String = COLUMNS
        .iter()
        .map(|Column { title, .. }| format!(" {title} |"))
        .collect();
    format!(
        "| | faked by |{titles}\n|---|---|{}\n",
        "---|".repeat(COLUMNS.len())
    )
}

fn row(page: &mut String, fault: &Fault, texts: &mut Texts) {
    write!(page, "| {} | {} |", fault.name, fault.by).expect("a String");
    for (_, cell) in fault.row() {
        let cell = match cell {
            Cell::InForce(status) => in_force(status, texts),
            Cell::Warned(status) => format!("{}, *warned*", in_force(status, texts)),
            Cell::Ends(line) => format!("78 ({})", texts.reason(line)),
            Cell::WarnedEnds(line) => format!("*warned*, 78 ({})", texts.reason(line)),
            Cell::Dies(line) => format!("killed ({})", texts.reason(line)),
            Cell::GoesOn(line) => format!("**goes on** ({})", texts.reason(line)),
            Cell::None => "–".to_owned(),
        };
        write!(page, " {cell} |").expect("a String");
    }
    page.push('\n');
}

fn in_force(status: &str, texts: &mut Texts) -> String {
    let enforcement = status.split([':', ';']).next().unwrap_or_default();
    format!("{enforcement} ({})", texts.number(format!("`{status}`")))
}

/// The texts so far; the number of each is its place.
#[derive(Default)]
struct Texts(Vec<String>);

impl Texts {
    fn number(&mut self, text: String) -> usize {
        let known = self.0.iter().position(|other| *other == text);
        known.unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        }) + 1
    }

    fn reason(&mut self, line: &str) -> usize {
        // With two backticks, since the lines have single ones.
        self.number(format!("`` {PLACE} is not protected: {line} ``"))
    }
}
