//! What a user pays in cargo: time, crates, bytes.

use crate::package::{Goal, Package};
use crate::policies::{Source, named};
use crate::statistics::series;
use crate::table::Table;

const ABOUT: &str = "A hello world without a filter, and the same with policy b, each a package of its own. Seconds: median (min) \
of the builds, the packages taking turns. Cold: nothing built. Changed: after a change of main.rs. Bytes: what the stripped release \
program is larger by. Start to exit: what a run of it takes longer by, median (min).";

const BUILDS: usize = 3;

const RUNS: usize = 501;

/// Measured earlier in the same way: name, cold dev and release, bytes, µs from start to exit, crates.
const PUBLISHED: [[&str; 6]; 3] = [
    [
        "libseccomp, dynamic †",
        "1.40",
        "1.47",
        "16000 and a library of 129000",
        "317",
        "5",
    ],
    ["syscallz †", "3.87", "3.47", "24000", "291", "13"],
    ["extrasafe †", "1.52", "1.95", "104000", "307", "4"],
];

struct Measured {
    name: &'static str,
    package: Package,
    cold: [Vec<f64>; 2],
    changed: [Vec<f64>; 2],
    runs: Vec<f64>,
}

const GOALS: [Goal; 2] = [Goal::Dev, Goal::Release];

pub fn table() -> Table {
    let columns = [
        "program",
        "cold dev s",
        "cold release s",
        "changed dev s",
        "changed release s",
        "bytes added",
        "start to exit µs added",
        "crates",
    ];
    let mut table = Table::new("What it adds to a program", ABOUT, &columns);
    let policy = named("b");
    let measured = |name, dependencies, source: String| Measured {
        name,
        package: Package::new(dependencies, &source),
        cold: [Vec::new(), Vec::new()],
        changed: [Vec::new(), Vec::new()],
        runs: Vec::with_capacity(RUNS),
    };
    let mut all = [
        measured("no filter", "", hello("", "")),
        measured(
            "seccomptime",
            "seccomptime = { path = {runtime} }",
            hello(&format!("#[seccomptime::seccomp({})]", policy.text), ""),
        ),
        measured(
            "seccompiler 0.5",
            "seccompiler = \"0.5\"\nlibc = \"0.2\"",
            hello("", &with_seccompiler(policy)),
        ),
    ];
    for _ in 0..BUILDS {
        for (index, goal) in GOALS.into_iter().enumerate() {
            for measured in &mut all {
                measured.cold[index].push(measured.package.cold(goal));
                measured.changed[index].push(measured.package.changed(goal));
            }
        }
    }
    for _ in 0..RUNS {
        for measured in &mut all {
            measured.runs.push(measured.package.run() * 1e6);
        }
    }
    let bare = all[0].package.program_bytes();
    let bare_run = series(all[0].runs.clone());
    for measured in all {
        let seconds = measured.cold.into_iter().chain(measured.changed);
        let mut row = vec![measured.name.to_owned()];
        row.extend(seconds.map(|values| {
            let series = series(values);
            format!("{:.2} ({:.2})", series.median, series.min)
        }));
        row.push((measured.package.program_bytes() - bare).to_string());
        let run = series(measured.runs);
        let (median, min) = (run.median - bare_run.median, run.min - bare_run.min);
        row.push(format!("{median:.0} ({min:.0})"));
        row.push(measured.package.crates().to_string());
        table.rows.push(row);
    }
    for [name, dev, release, bytes, run, crates] in PUBLISHED {
        let cells = [name, dev, release, "", "", bytes, run, crates];
        table.rows.push(cells.map(str::to_owned).to_vec());
    }
    table.notes.push(format!(
        "{BUILDS} builds, {RUNS} runs. † Not of this run: measured on other days."
    ));
    table
}

fn hello(attribute: &str, statements: &str) -> String {
    format!("{attribute}\nfn main() {{\n{statements}    println!(\"Hello, world!\");\n}}\n")
}

/// What seccompiler's documentation has users write.
fn with_seccompiler(policy: &Source) -> String {
    let rules: String = policy
        .calls()
        .iter()
        .map(|(name, _)| format!("        (libc::SYS_{name}, vec![]),\n"))
        .collect();
    format!(
        "    use seccompiler::{{BpfProgram, SeccompAction, SeccompFilter, TargetArch}};
    let rules = [\n{rules}    ];
    let filter = SeccompFilter::new(
        rules.into_iter().collect(),
        SeccompAction::Errno(libc::EPERM as u32),
        SeccompAction::Allow,
        TargetArch::x86_64,
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    seccompiler::apply_filter(&program).unwrap();
"
    )
}
