//! How long `policy!` takes.

use seccomptime_compiler::data::SYSCALLS;

use crate::cases::Case;
use crate::package::{Goal, OURS, Package};
use crate::policies::POLICIES;
use crate::statistics::series;
use crate::table::Table;

const ABOUT: &str = "`cargo check` after a change of main.rs, of a package whose dependencies are built: what a policy adds to \
the same package without one. That is the expansion (checked for all arches, lowered and proved for one) by a macro that cargo \
builds unoptimised, and rustc's work on what comes out.";

const BUILDS: usize = 15;
const RULES: usize = 400;

pub fn table() -> Table {
    let columns = ["policy", "median ms", "added", "min ms", "added"];
    let mut table = Table::new("Expansion", ABOUT, &columns);
    let mut policies = vec![("none", String::new())];
    policies.extend(
        POLICIES
            .iter()
            .map(|policy| (policy.name, policy.written())),
    );
    policies.push(("400 rules", many_rules()));
    let package = |(name, policy)| {
        let case = Case {
            policy,
            ..Case::default()
        };
        let package = Package::new(OURS, &case.program());
        (name, package, Vec::with_capacity(BUILDS))
    };
    let mut all: Vec<(&str, Package, Vec<f64>)> = policies.into_iter().map(package).collect();
    for (_, package, _) in &all {
        package.cold(Goal::Check);
    }
    for _ in 0..BUILDS {
        for (_, package, millis) in &mut all {
            millis.push(package.changed(Goal::Check) * 1000.0);
        }
    }
    let results = all
        .into_iter()
        .map(|(name, _, millis)| (name, series(millis)));
    let results: Vec<_> = results.collect();
    let (_, none) = results[0];
    for (name, series) in results {
        table.rows.push(vec![
            name.to_owned(),
            format!("{:.0}", series.median),
            format!("{:.0}", series.median - none.median),
            format!("{:.0}", series.min),
            format!("{:.0}", series.min - none.min),
        ]);
    }
    table.notes.push(format!(
        "{BUILDS} builds each, taking turns. The {RULES} rules are for {RULES} calls, with three errnos in turn, so that no two \
         neighbours are decided alike."
    ));
    table
}

/// A policy whose rules can't be merged.
fn many_rules() -> String {
    let names = |action: usize| {
        let calls = SYSCALLS.iter().take(RULES).skip(action).step_by(3);
        let names: Vec<&str> = calls.map(|call| call.name).collect();
        names.join(", ")
    };
    // Nothing is allowed, so that nothing is dangerous; that it couldn't run, and denies what no filter sees, is all that is to be waived.
    format!(
        "errno(EACCES: {}), errno(EBUSY: {}), errno(EIO: {}), default = errno(EPERM), waive(no_exit: \"never run\"), waive(vdso: \"never run\")",
        names(0),
        names(1),
        names(2)
    )
}
