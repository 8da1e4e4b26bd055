//! What a user pays in cargo: time, crates, bytes.

use crate::hello::{self, Hello};
use crate::package::{Goal, Package};
use crate::peers;
use crate::statistics::series;
use crate::table::Table;

const ABOUT: &str = "A hello world without a filter, and the same with policy b, each a package of its own. Seconds: median (min) \
of the builds, the packages taking turns. Cold: nothing built, and not incrementally. Changed: after a change of main.rs. Bytes: what the stripped release \
program is larger by. Start to exit: what a run of it takes longer by, median (min). Crates: all that cargo locks for it.";

const BUILDS: usize = 3;

const RUNS: usize = 501;

struct Measured {
    hello: Hello,
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
    let measured = |hello: Hello| Measured {
        package: Package::new(hello.dependencies, &hello.source),
        hello,
        cold: [Vec::new(), Vec::new()],
        changed: [Vec::new(), Vec::new()],
        runs: Vec::with_capacity(RUNS),
    };
    let mut all: Vec<Measured> = hello::all().into_iter().map(measured).collect();
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
    let record = all[1].package.record_bytes();
    let bare_run = series(all[0].runs.clone());
    let library = peers::libseccomp();
    for measured in all {
        let seconds = measured.cold.into_iter().chain(measured.changed);
        let mut row = vec![measured.hello.name.to_owned()];
        row.extend(seconds.map(|values| {
            let series = series(values);
            format!("{:.2} ({:.2})", series.median, series.min)
        }));
        let added = measured.package.program_bytes() - bare;
        row.push(match &library {
            Some((_, length)) if measured.hello.links_libseccomp => {
                format!("{added}, and a library of {length}")
            }
            _ => added.to_string(),
        });
        let run = series(measured.runs);
        let (median, min) = (run.median - bare_run.median, run.min - bare_run.min);
        row.push(format!("{median:.0} ({min:.0})"));
        row.push(measured.package.crates().to_string());
        table.rows.push(row);
    }
    table.notes.push(format!(
        "Of the bytes of seccomptime {record} are the policy's record: the program, and the text as it was written."
    ));
    table.notes.push(format!("{BUILDS} builds, {RUNS} runs."));
    table
}
