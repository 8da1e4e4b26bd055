//! How what a policy costs while it is compiled grows with it.

use crate::cases::{self, Case};
use crate::package::{OURS, Package};
use crate::stages::{self, Stages};
use crate::statistics::{growth, series};
use crate::table::Table;

const ABOUT: &str = "Milliseconds, the least of some runs. Checks: reading the policy and checking it for all arches. Generation: from \
its rules to instructions, for one arch. Proof: of these. These three are run here, by the compiler built unoptimised, as macros are, and are processor time. \
Macro: the whole expansion, and constants: rustc's evaluation of them (values, link), and rest: whatever else rustc does, all three as \
rustc's self-profile has them, of a debug build that isn't incremental, less what the same program takes without a policy.";

const STAGE_RUNS: usize = 5;
const PROFILES: usize = 3;

/// What may be above the exponent of n log n before it is said to grow faster: measurements are noisy.
const TOLERANCE: f64 = 0.15;

const TIMES: [&str; 6] = [
    "checks",
    "generation",
    "proof",
    "macro",
    "constants",
    "rest",
];

/// A table for each way to grow.
pub fn tables() -> Vec<Table> {
    let mut package = Package::new(OURS, "");
    let none = profile(&mut package, &Case::default().program());
    let programs = measure(
        &mut package,
        none,
        Table::new("Scale: programs", ABOUT, &[]),
        "instructions",
        &cases::PROGRAMS.map(cases::program),
    );
    let about_rules =
        "As above. Each rule allows one call where one argument equals a constant of the user's.";
    let rules = measure(
        &mut package,
        none,
        Table::new("Scale: conditional rules", about_rules, &[]),
        "rules",
        &cases::RULES.map(cases::rules),
    );
    let about_lists = "As above. One rule, `ioctl(cmd in [...])`, with figures, and with as many constants of the user's.";
    let figures = measure(
        &mut package,
        none,
        Table::new("Scale: lists of figures", about_lists, &[]),
        "values",
        &cases::LISTS.map(|n| cases::list(n, false)),
    );
    let constants = measure(
        &mut package,
        none,
        Table::new("Scale: lists of constants", about_lists, &[]),
        "values",
        &cases::LISTS.map(|n| cases::list(n, true)),
    );
    let mut tables = vec![programs, rules, figures, constants];
    tables[0].notes.push(refusal());
    tables
}

/// The times of one case, in the order of [`TIMES`].
struct Measured {
    n: usize,
    length: usize,
    millis: [f64; TIMES.len()],
}

fn measure(
    package: &mut Package,
    none: [f64; 3],
    mut table: Table,
    unit: &str,
    cases: &[Case],
) -> Table {
    let all: Vec<Measured> = cases
        .iter()
        .map(|case| {
            let stages = stages(case);
            let rustc = profile(package, &case.program());
            let [macros, constants, rest] = [0, 1, 2].map(|i| rustc[i] - none[i]);
            Measured {
                n: case.n,
                length: stages.length,
                millis: [
                    stages.checks,
                    stages.generation,
                    stages.proof,
                    macros,
                    constants,
                    rest,
                ],
            }
        })
        .collect();
    let lengths = (unit != "instructions").then_some("instructions");
    let columns = [unit].into_iter().chain(lengths).chain(TIMES);
    table.columns = columns.map(str::to_owned).collect();
    for measured in &all {
        let mut row = vec![measured.n.to_string()];
        row.extend(lengths.map(|_| measured.length.to_string()));
        row.extend(measured.millis.map(|millis| format!("{millis:.2}")));
        table.rows.push(row);
    }
    table.notes.push(in_words(unit, &all));
    table
}

fn in_words(unit: &str, all: &[Measured]) -> String {
    let mut exponents = Vec::new();
    let mut faster = Vec::new();
    let mut reference = 0.0;
    for (index, name) in TIMES.iter().enumerate() {
        let point = |m: &Measured| (count(m.n), m.millis[index]);
        let points: Vec<(f64, f64)> = all.iter().map(point).collect();
        let Some((exponent, n_log_n)) = growth(&points) else {
            exponents.push(format!("{name}: too small to tell"));
            continue;
        };
        reference = n_log_n;
        exponents.push(format!("{name} n^{exponent:.2}"));
        if exponent > n_log_n + TOLERANCE {
            faster.push(*name);
        }
    }
    let faster = match faster[..] {
        [] => "Nothing grows faster than that.".to_owned(),
        _ => format!("Faster than that: {}.", faster.join(", ")),
    };
    format!(
        "Growth with the {unit}, fitted to the larger half: {}; n log n is n^{reference:.2} there. {faster}",
        exponents.join(", ")
    )
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).expect("some thousands"))
}

/// The least of each of the stages.
fn stages(case: &Case) -> Stages {
    let runs: Vec<Stages> = (0..STAGE_RUNS).map(|_| stages::run(&case.policy)).collect();
    let least = |of: fn(&Stages) -> f64| series(runs.iter().map(of).collect()).min;
    Stages {
        length: runs[0].length,
        checks: least(|run| run.checks),
        generation: least(|run| run.generation),
        proof: least(|run| run.proof),
    }
}

/// The least of macros, constants and the rest.
fn profile(package: &mut Package, source: &str) -> [f64; 3] {
    let runs: Vec<_> = (0..PROFILES).map(|_| package.profile(source)).collect();
    [
        series(runs.iter().map(|run| run.macros).collect()).min,
        series(runs.iter().map(|run| run.constants).collect()).min,
        series(runs.iter().map(|run| run.rest).collect()).min,
    ]
}

/// What a policy is told whose program is too long.
fn refusal() -> String {
    let why = stages::refusal(&cases::too_long().policy);
    format!("The shortest of these programs that the kernel wouldn't take is refused: \"{why}\".")
}
