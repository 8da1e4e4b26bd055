//! A command-line filter: standard input in capitals. Whatever else it tries to do, it dies of.
//!
//! `upper FILE` shows that: there is a file name in its language, but no `open` in its policy.

use std::io::{self, Read, Write};

use seccomptime::seccomp;

#[seccomp(allow(@rust-main, @rust-panic, @stdio))]
fn main() -> io::Result<()> {
    let mut text = String::new();
    match std::env::args().nth(1) {
        Some(file) => text = std::fs::read_to_string(file)?,
        None => io::stdin().read_to_string(&mut text).map(drop)?,
    }
    io::stdout().write_all(text.to_uppercase().as_bytes())
}
