//! Real programs on other kernels and other arches: `cargo run -p seccomptime-tests --bin kernels -- [--ci] [NAME…]`.
//!
//! Each guest is a kernel out of its Debian package, in an emulator, with the programs of the tests built for its arch. Without names
//! all are run. What can't be fetched here is skipped and said to be; what ran and did something else than it should is a failure.
//! `--ci` runs a few, and begins none when it has taken long. `RESULTS.md` beside this file is written where every guest did what it
//! should when it ran last.

mod boot;
mod expected;
mod guests;
mod image;
mod judge;
mod odd;
mod results;
mod toolchain;

use boot::Emulators;
use guests::{Class, GUESTS, Guest};
use judge::Report;
use seccomptime_tests::generate::root;
use seccomptime_tests::support::harness::Skip;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// When `--ci` begins nothing more.
const CI_ENOUGH: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let guests = match wanted(&arguments) {
        Ok(guests) => guests,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let is_ci = arguments.iter().any(|argument| argument == "--ci");
    let (cache, started) = (cache(), Instant::now());
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for guest in guests {
        let begun = Instant::now();
        let enough = is_ci && begun - started > CI_ENOUGH;
        let done = match enough {
            true => Err(Skip::because("the others took too long")),
            false => run(&cache, guest),
        };
        match done {
            Err(Skip(reason)) => {
                skipped += 1;
                println!("{}: skipped: {reason}", guest.name);
            }
            Ok(report) => {
                let took = begun.elapsed().as_secs();
                let (kernel, tests) = (&report.kernel, report.tests.len());
                let verdict = if report.wrong.is_empty() {
                    "ok"
                } else {
                    "FAILED"
                };
                println!(
                    "{}: {verdict}: {kernel}, {} cases, {tests} tests, {took} s",
                    guest.name,
                    report.cases.len()
                );
                for wrong in &report.wrong {
                    println!("    {wrong}");
                }
                if !report.wrong.is_empty() {
                    println!(
                        "    what it wrote: {}",
                        boot::log(&cache, guest.name).display()
                    );
                }
                match report.wrong.is_empty() {
                    true => passed += 1,
                    false => failed += 1,
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if let Err(error) = write_page(&cache) {
        eprintln!("the page: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::from(u8::from(failed > 0))
}

/// Those that the command line names: whole, or by the start of their names.
fn wanted(arguments: &[String]) -> Result<Vec<&'static Guest>, String> {
    if arguments.is_empty() {
        return Ok(GUESTS.iter().collect());
    }
    if arguments == ["--ci"] {
        return Ok(GUESTS.iter().filter(|guest| guest.ci).collect());
    }
    let mut wanted = Vec::new();
    for name in arguments {
        let whole = GUESTS.iter().filter(|guest| guest.name == name);
        let started = GUESTS
            .iter()
            .filter(|guest| guest.name.starts_with(name.as_str()));
        let named: Vec<&Guest> = match whole.clone().next() {
            Some(_) => whole.collect(),
            None => started.collect(),
        };
        if named.is_empty() {
            let known: Vec<&str> = GUESTS.iter().map(|guest| guest.name).collect();
            return Err(format!(
                "no kernel is called `{name}`; there are {}",
                known.join(", ")
            ));
        }
        wanted.extend(named);
    }
    Ok(wanted)
}

/// Writes the page of the docs from what the guests wrote when each of them ran last, where all of it is right.
fn write_page(cache: &Path) -> std::io::Result<()> {
    let mut reports = Vec::new();
    for guest in GUESTS {
        let Ok(console) = fs::read_to_string(boot::log(cache, guest.name)) else {
            return Ok(());
        };
        let report = judge::read(guest, &console);
        if !report.wrong.is_empty() {
            return Ok(());
        }
        reports.push((guest, report));
    }
    let path = root().join("tests/kernels/RESULTS.md");
    fs::write(path, results::page(&reports))
}

/// Where everything is fetched to and built, in cargo's folder.
fn cache() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| root().join("target"));
    std::path::absolute(target)
        .expect("there is a current folder")
        .join("kernels")
}

/// Fetches, builds and runs one; a skip where something can't be fetched.
fn run(cache: &Path, guest: &Guest) -> Result<Report, Skip> {
    if cfg!(not(target_arch = "x86_64")) {
        return Err(Skip::because("the emulators are those for x86_64"));
    }
    let failed = |what: String| Report {
        wrong: vec![what],
        ..Report::default()
    };
    let emulators = Emulators::fetch(cache)?;
    let programs = match guest.target.build(cache, guest.class() == Class::Linux)? {
        Ok(programs) => programs,
        Err(error) => return Ok(failed(error)),
    };
    Ok(match boot::run(cache, &emulators, guest, &programs)? {
        Ok(console) => judge::read(guest, &console),
        Err(error) => failed(error),
    })
}
