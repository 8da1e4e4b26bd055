//! Programs of policies at random, run by simulators of other people's beside our own.
//!
//! They are fetched and built by `tests/simulators/fetch`; without them these tests count as ignored. `SECCOMPTIME_CASES` is how many
//! programs libseccomp's simulator runs; ceccomp, which takes much longer for a call, runs a twentieth of that.

use std::ops::AddAssign;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io, thread};

use seccomptime_compiler::plain::Plain;
use seccomptime_tests::live_tests;
use seccomptime_tests::random::{Case, Kind, Machine, run};
use seccomptime_tests::reference::Call;
use seccomptime_tests::simulators::{ceccomp, libseccomp, raw, simulator};
use seccomptime_tests::support::harness::{self, Outcome};
use seccomptime_tests::values::Random;

/// How many programs are run where nobody says how many.
const PROGRAMS: usize = 5_000;
/// One of so many is run by ceccomp.
const FEW: usize = 20;
/// How many calls are made of each.
const CALLS: usize = 7;
const FEW_CALLS: usize = 4;
/// How many choices a policy and its calls take at most.
const CHOICES: usize = 700;
/// What both simulators have room for: one instruction less than the kernel.
const LONGEST: usize = 4095;

fn main() -> ExitCode {
    harness::main(live_tests![
        self::libseccomp_s_simulator_agrees,
        self::ceccomp_agrees,
    ])
}

fn programs() -> usize {
    let said = std::env::var("SECCOMPTIME_CASES").ok();
    said.map_or(PROGRAMS, |said| said.parse().expect("a number of programs"))
}

/// What was run, and what wasn't.
#[derive(Clone, Copy, Default, Debug)]
struct Count {
    policies: usize,
    little_endian: usize,
    big_endian: usize,
    too_long: usize,
    calls: usize,
    unnamed_arch: usize,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.policies += other.policies;
        self.little_endian += other.little_endian;
        self.big_endian += other.big_endian;
        self.too_long += other.too_long;
        self.calls += other.calls;
        self.unnamed_arch += other.unnamed_arch;
    }
}

/// Makes policies until so many programs have been run; `answers` gives what a simulator says to each call of a case, in a folder of
/// its own.
fn each(
    programs: usize,
    kind: Kind,
    expected: fn(u32) -> String,
    answers: impl Fn(&Path, &Case, &[Plain]) -> io::Result<Vec<Option<String>>> + Sync,
) -> Count {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let of_thread = |index: usize| {
        let folder = tempfile::tempdir().expect("a folder");
        let mine = (programs + threads - 1 - index) / threads;
        let mut random = Random::new(u64::try_from(index).expect("64 bits"));
        let mut count = Count::default();
        while count.little_endian + count.big_endian < mine {
            count.policies += 1;
            let choices = random.below(CHOICES);
            let choices: Vec<u32> = (0..choices).map(|_| random.word()).collect();
            let case = Case::of(&choices, kind);
            let program = case.program();
            let Some(program) = program.unwrap_or_else(|why| panic!("{why}: {case:?}")) else {
                continue;
            };
            if program.len() > LONGEST {
                count.too_long += 1;
                continue;
            }
            count.little_endian += usize::from(!case.arch.big_endian);
            count.big_endian += usize::from(case.arch.big_endian);
            let answers = answers(folder.path(), &case, &program);
            let answers = answers.unwrap_or_else(|error| panic!("{error}: {case:?}"));
            for (call, answer) in case.calls.iter().zip(answers) {
                let Some(answer) = answer else {
                    count.unnamed_arch += 1;
                    continue;
                };
                let ours = run(&program, call, case.arch).expect("a program that ends");
                assert_eq!(answer, expected(ours), "{call:x?} under {case:?}");
                count.calls += 1;
            }
        }
        count
    };
    let mut all = Count::default();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|index| scope.spawn(move || of_thread(index)))
            .collect();
        for thread in threads {
            match thread.join() {
                Ok(count) => all += count,
                // The test's own harness has the words.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    println!("{all:?}");
    assert!(all.calls > programs * kind.calls / 2, "{all:?}");
    all
}

fn libseccomp_s_simulator_agrees() -> Outcome {
    let simulator = simulator("scmp_bpf_sim")?;
    let kind = Kind {
        arches: &libseccomp::ARCHES,
        machine: Machine::Plain,
        calls: CALLS,
    };
    let count = each(
        programs(),
        kind,
        libseccomp::expected,
        |folder, case, program| {
            let file = folder.join("program.bpf");
            let big_endian = case.arch.big_endian;
            fs::write(&file, raw(program, big_endian))?;
            let answer = |call: &Call| libseccomp::answer(&simulator, &file, call, big_endian);
            case.calls.iter().map(answer).collect()
        },
    );
    let least = programs() / 4;
    assert!(count.little_endian.min(count.big_endian) > least);
    Ok(())
}

fn ceccomp_agrees() -> Outcome {
    let simulator = simulator("python/bin/ceccomp")?;
    let kind = Kind {
        arches: &ceccomp::ARCHES,
        machine: Machine::Kernel,
        calls: FEW_CALLS,
    };
    each(
        programs() / FEW,
        kind,
        ceccomp::expected,
        |folder, case, program| {
            let file = folder.join("program.bpf");
            fs::write(&file, raw(program, case.arch.big_endian))?;
            let text = ceccomp::text(&simulator, &file, case.arch, program)?;
            let written = folder.join("program.txt");
            fs::write(&written, text)?;
            let answer = |call: &Call| ceccomp::answer(&simulator, &written, call);
            case.calls.iter().map(answer).collect()
        },
    );
    Ok(())
}
