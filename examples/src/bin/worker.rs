//! A worker thread that parses untrusted input under a policy of its own, far narrower than the program's.
//!
//! The input is lines of `name=value`. A line `open=FILE` plays the bug that an attacker has found: it makes the parser open
//! a file. The program may do that, its worker may not.

use std::io::{self, Read};
use std::sync::mpsc;
use std::thread;

use seccomptime::{Policy, policy, seccomp};

/// What a thread needs that computes, sends what it found, and ends. Opening fails, so that the program can tell.
static PARSER: Policy = policy!(
    allow(@memory, futex, exit, sigaltstack, rt_sigprocmask, rseq, write, gettid),
    errno(EACCES: open, openat),
);

// What must hold of it is checked where it is built.
const _: () = assert!(PARSER.decide(seccomptime::nr::OPENAT, [0; 6]).is_denied());
const _: () = assert!(PARSER.decide(seccomptime::nr::EXECVE, [0; 6]).is_denied());

#[seccomp(allow(@rust-main, @rust-panic, @stdio, @rust-threads, @files-read, @install))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut input = String::new();
    io::stdin().read_to_string(&mut input)?;
    let (found, pairs) = mpsc::channel();
    let worker = thread::spawn(move || -> Result<(), seccomptime::Error> {
        PARSER.install()?;
        for pair in input.lines().map(parse) {
            // The receiver outlives this thread.
            let _ = found.send(pair);
        }
        Ok(())
    });
    for pair in pairs {
        match pair {
            Ok((name, value)) => println!("{name} is {value}"),
            Err(error) => println!("refused: {error}"),
        }
    }
    worker.join().expect("the parser doesn't panic")?;
    println!(
        "this thread may still open: {}",
        std::fs::read("/proc/self/comm").is_ok()
    );
    Ok(())
}

fn parse(line: &str) -> Result<(String, String), String> {
    let (name, value) = line.split_once('=').ok_or("a line without `=`")?;
    if name == "open" {
        let text = std::fs::read_to_string(value).map_err(|error| error.to_string())?;
        return Ok((name.to_owned(), text));
    }
    Ok((name.to_owned(), value.to_owned()))
}
