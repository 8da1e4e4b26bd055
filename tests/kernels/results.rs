//! What all guests did, as a page of the docs.

use crate::guests::{GUESTS, Guest, Machine};
use crate::judge::{Outcome, Report};
use seccomptime_tests::guest::{CASES, Did};
use seccomptime_tests::support::fork::End;
use std::fmt::Write;

const HEAD: &str = "# Other kernels

Made by `cargo run -p seccomptime-tests --bin kernels`, which takes each kernel out of its Debian package, builds the programs for its arch,
runs them there in an emulator, and fails where one did something else than stands here. CONTRIBUTING says more.
";

/// The page.
pub fn page(reports: &[(&Guest, Report)]) -> String {
    let mut page = HEAD.to_owned();
    kernels(&mut page, reports);
    cases(&mut page, reports);
    ignored(&mut page, reports);
    page
}

fn kernels(page: &mut String, reports: &[(&Guest, Report)]) {
    page.push_str("\n## The kernels\n\n| name | kernel | programs | emulator | tests passed | ignored |\n|---|---|---|---|---|---|\n");
    for (guest, report) in reports {
        let count = |is: fn(&Outcome) -> bool| {
            report
                .tests
                .iter()
                .filter(|(_, outcome)| is(outcome))
                .count()
        };
        let emulator = match guest.machine {
            Machine::System { qemu, .. } | Machine::User { qemu } => qemu,
            Machine::Gvisor => "runsc",
        };
        let tests = match report.tests.is_empty() {
            true => "the programs below alone | ".to_owned(),
            false => format!(
                "{} | {}",
                count(|outcome| *outcome == Outcome::Passed),
                count(|outcome| matches!(outcome, Outcome::Ignored(_)))
            ),
        };
        row(
            page,
            &[
                guest.name,
                &report.kernel,
                guest.target.triple,
                emulator,
                &tests,
            ],
        );
    }
}

fn row(page: &mut String, cells: &[&str]) {
    writeln!(page, "| {} |", cells.join(" | ")).expect("a string");
}

fn cases(page: &mut String, reports: &[(&Guest, Report)]) {
    page.push_str("\n## What each program did\n\n| policy, or what is tried | kernels | ends | prints |\n|---|---|---|---|\n");
    for case in CASES {
        // Kernels on which it did the same share a row.
        let mut groups: Vec<(&Did, Vec<&str>)> = Vec::new();
        for (guest, report) in reports {
            let did = report.cases.iter().find(|(name, _)| *name == case.name);
            let Some((_, did)) = did else { continue };
            match groups.iter_mut().find(|(other, _)| *other == did) {
                Some((_, names)) => names.push(guest.name),
                None => groups.push((did, vec![guest.name])),
            }
        }
        for (did, names) in groups {
            let end = match did.end {
                End::Exited(status) => format!("status {status}"),
                End::Killed(libc::SIGSYS) => "killed by SIGSYS".to_owned(),
                End::Killed(signal) => format!("killed by signal {signal}"),
                End::Hung => "hung".to_owned(),
            };
            let prints = [&did.stdout, &did.stderr].map(|text| cell(text)).join(" ");
            row(
                page,
                &[
                    &format!("`{}`", case.name),
                    &together(&names),
                    &end,
                    prints.trim(),
                ],
            );
        }
    }
}

/// A text as it fits into a table.
fn cell(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<String> = lines
        .map(|line| format!("`{}`", line.trim().replace('|', "\\|")))
        .collect();
    lines.join("<br>")
}

/// The names, or what they are together.
fn together(names: &[&str]) -> String {
    let whole: Vec<&str> = GUESTS
        .iter()
        .filter(|guest| matches!(guest.machine, Machine::System { .. }))
        .map(|guest| guest.name)
        .collect();
    let rest: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !whole.contains(name))
        .collect();
    match whole.iter().all(|name| names.contains(name)) {
        true => [&["all of Linux"], &rest[..]].concat().join(", "),
        false => names.join(", "),
    }
}

fn ignored(page: &mut String, reports: &[(&Guest, Report)]) {
    page.push_str("\n## Tests that can't run there\n\n| test | kernels | why |\n|---|---|---|\n");
    let mut rows: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for (guest, report) in reports {
        for (name, outcome) in &report.tests {
            let Outcome::Ignored(reason) = outcome else {
                continue;
            };
            match rows
                .iter_mut()
                .find(|(test, why, _)| test == name && why == reason)
            {
                Some((_, _, names)) => names.push(guest.name),
                None => rows.push((name, reason, vec![guest.name])),
            }
        }
    }
    for (name, reason, names) in rows {
        row(page, &[&format!("`{name}`"), &together(&names), reason]);
    }
}
