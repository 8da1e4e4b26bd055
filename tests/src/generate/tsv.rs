//! Reads the tab-separated files: a header line that starts with `#`, then rows of equal meaning, `-` for empty.

use std::fs;
use std::path::Path;

/// A file of rows.
pub struct Tsv {
    /// The header line, without its `#`.
    pub head: String,
    /// The rows in the file's order, each with its columns.
    pub rows: Vec<Vec<String>>,
}

impl Tsv {
    /// Reads a file, whose rows have at least `columns` columns.
    ///
    /// # Panics
    ///
    /// Where it can't be read or a row is short, with the file's name.
    pub fn read(path: &Path, columns: usize) -> Tsv {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut lines = text.lines();
        let head = lines.next().and_then(|line| line.strip_prefix("# "));
        let head = head
            .unwrap_or_else(|| panic!("{}: no header", path.display()))
            .to_owned();
        let mut rows = Vec::new();
        for (at, line) in lines.enumerate() {
            let row: Vec<String> = line.split('\t').map(str::to_owned).collect();
            assert!(
                row.len() >= columns,
                "{}:{}: a short row",
                path.display(),
                at + 2
            );
            rows.push(row);
        }
        Tsv { head, rows }
    }
}
