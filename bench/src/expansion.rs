//! How long `policy!` takes.

use crate::cases::{CONDITIONS, Case, Compared, MANY, many};
use crate::package::{Goal, OURS, Package};
use crate::policies::POLICIES;
use crate::statistics::series;
use crate::table::Table;

const ABOUT: &str = "`cargo check` after a change of main.rs, of a package whose dependencies are built: what a policy adds to \
the same package without one. That is the expansion (checked for all arches, lowered and proved for one) by a macro that cargo \
builds unoptimised, and rustc's work on what comes out.";

const BUILDS: usize = 15;

const MANY_RULES: [(&str, Option<Compared>); 5] = [
    ("400 rules", None),
    ("with 50 figures", Some(Compared::Figure)),
    ("with 50 constants", Some(Compared::Constant)),
    ("with 50 lists of six figures", Some(Compared::Figures)),
    ("with 50 lists of six constants", Some(Compared::Constants)),
];

pub fn table() -> Table {
    let columns = ["policy", "median ms", "added", "min ms", "added"];
    let mut table = Table::new("Expansion", ABOUT, &columns);
    let mut cases = vec![("none", Case::default())];
    cases.extend(POLICIES.iter().map(|policy| {
        let case = Case {
            policy: policy.written(),
            ..Case::default()
        };
        (policy.name, case)
    }));
    cases.extend(MANY_RULES.map(|(name, compared)| (name, many(compared))));
    let package = |(name, case): (_, Case)| {
        let package = Package::new(OURS, &case.program());
        (name, package, Vec::with_capacity(BUILDS))
    };
    let mut all: Vec<(&str, Package, Vec<f64>)> = cases.into_iter().map(package).collect();
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
        "{BUILDS} builds each, taking turns. The {MANY} rules are for {MANY} calls, with three errnos in turn, so that hardly two \
         neighbours are decided alike; {CONDITIONS} of them allow their call under a condition instead."
    ));
    table
}
