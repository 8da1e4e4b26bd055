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

use boot::{Emulators, Ready};
use guests::{Class, GUESTS, Guest, Machine};
use judge::Report;
use seccomptime_tests::generate::root;
use seccomptime_tests::support::harness::Skip;
use seccomptime_tests::support::program::needs_sys_admin;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// When `--ci` begins nothing more.
const CI_ENOUGH: Duration = Duration::from_secs(600);

/// How many guests run at once, while the next is made ready.
const TOGETHER: usize = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let guests = match wanted(&arguments) {
        Ok(guests) => guests,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let enough = arguments
        .iter()
        .any(|argument| argument == "--ci")
        .then_some(CI_ENOUGH);
    let cache = cache();
    let tally = run_all(&cache, &guests, enough);
    let Tally {
        passed,
        failed,
        skipped,
    } = tally;
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if let Err(error) = write_page(&cache) {
        eprintln!("the page: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::from(u8::from(failed > 0))
}

/// What came of the guests.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Tally {
    fn skip(&mut self, guest: &Guest, Skip(reason): &Skip) {
        self.skipped += 1;
        println!("{}: skipped: {reason}", guest.name);
    }

    fn add(&mut self, cache: &Path, guest: &Guest, report: &Report, took: Duration) {
        let is_right = report.wrong.is_empty();
        let verdict = if is_right { "ok" } else { "FAILED" };
        let (name, kernel, took) = (guest.name, &report.kernel, took.as_secs());
        let (cases, tests) = (report.cases.len(), report.tests.len());
        println!("{name}: {verdict}: {kernel}, {cases} cases, {tests} tests, {took} s");
        for wrong in &report.wrong {
            println!("    {wrong}");
        }
        if is_right {
            self.passed += 1;
        } else {
            self.failed += 1;
            println!("    what it wrote: {}", boot::log(cache, name).display());
        }
    }
}

/// Makes one ready after the other, and runs some at once. After `enough` none is begun.
fn run_all(cache: &Path, guests: &[&'static Guest], enough: Option<Duration>) -> Tally {
    let mut tally = Tally::default();
    let started = Instant::now();
    thread::scope(|scope| {
        let mut running = VecDeque::new();
        let join = |tally: &mut Tally, (guest, handle): (&Guest, ScopedJoinHandle<'_, _>)| {
            let (report, took) = handle.join().expect("a guest's thread doesn't panic");
            tally.add(cache, guest, &report, took);
        };
        for guest in guests {
            let begun = Instant::now();
            if enough.is_some_and(|enough| begun - started > enough) {
                tally.skip(guest, &Skip::because("the others took too long"));
                continue;
            }
            let ready = match ready(cache, guest) {
                Ok(Ok(ready)) => ready,
                Ok(Err(error)) => {
                    tally.add(cache, guest, &Report::failed(error), begun.elapsed());
                    continue;
                }
                Err(skip) => {
                    tally.skip(guest, &skip);
                    continue;
                }
            };
            if running.len() == TOGETHER {
                running
                    .pop_front()
                    .into_iter()
                    .for_each(|first| join(&mut tally, first));
            }
            let run = move || {
                let report = match boot::run(cache, &ready, guest) {
                    Ok(console) => judge::read(guest, &console),
                    Err(error) => Report::failed(error),
                };
                (report, begun.elapsed())
            };
            running.push_back((*guest, scope.spawn(run)));
        }
        running.into_iter().for_each(|rest| join(&mut tally, rest));
    });
    tally
}

/// Those that the command line names: whole, or by the start of their names.
fn wanted(arguments: &[String]) -> Result<Vec<&'static Guest>, String> {
    if arguments.is_empty() {
        return Ok(GUESTS.iter().collect());
    }
    if arguments == ["--ci"] {
        let mut few: Vec<&Guest> = GUESTS.iter().filter(|guest| guest.ci).collect();
        // What runs programs that are built for another guest already costs little: it comes before the time is over.
        few.sort_by_key(|guest| GUESTS.iter().position(|first| first.target == guest.target));
        return Ok(few);
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

/// Fetches and builds what a guest takes; a skip where something can't be fetched.
fn ready(cache: &Path, guest: &Guest) -> Result<Result<Ready, String>, Skip> {
    if cfg!(not(target_arch = "x86_64")) {
        return Err(Skip::because("the emulators are those for x86_64"));
    }
    if guest.machine == Machine::Gvisor {
        needs_sys_admin()?;
    }
    let emulators = Emulators::fetch(cache)?;
    let kernel = boot::kernel(cache, guest)?;
    let programs = guest.target.build(cache, guest.class() == Class::Linux)?;
    Ok(programs.map(|programs| Ready {
        emulators,
        kernel,
        programs,
    }))
}
