//! A set must not widen in a patch release: a policy that names it was written for what it held.

use std::collections::{BTreeMap, BTreeSet};

use seccomptime_compiler::data::{self, SETS};
use seccomptime_tests::generate::{root, snapshot, tsv::Tsv};

const WRITE: &str = "cargo run -p seccomptime-tests --bin generate -- --snapshot";

/// What each set held at the release of this minor version.
fn released() -> BTreeMap<String, BTreeSet<String>> {
    let (path, _) = snapshot(&root());
    assert!(
        root().join(&path).exists(),
        "no {}: write it with `{WRITE}`",
        path.display()
    );
    let mut sets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in Tsv::read(&root().join(path), 2).rows {
        sets.entry(row[0].clone())
            .or_default()
            .insert(row[1].clone());
    }
    sets
}

#[test]
fn no_set_widens_in_a_patch_release() {
    for (name, held) in released() {
        let set = data::set(&name);
        let set =
            set.unwrap_or_else(|| panic!("@{name} is gone: that can only be in a minor release"));
        let gained: Vec<_> = set
            .expand()
            .into_iter()
            .filter(|name| !held.contains(*name))
            .collect();
        assert!(
            gained.is_empty(),
            "@{name} has gained {gained:?}: policies that name it would allow more after a patch release. Put them into a \
             new set, or into the next minor version and write its snapshot: `{WRITE}`. (If this minor version isn't \
             released yet, write its snapshot again.)"
        );
    }
}

/// Until a patch release the snapshot is exact, so that what is released is what was compared.
#[test]
fn the_snapshot_of_a_minor_release_is_exact() {
    if env!("CARGO_PKG_VERSION_PATCH") != "0" {
        return;
    }
    let current: BTreeMap<String, BTreeSet<String>> = SETS
        .iter()
        .map(|set| {
            (
                set.name.to_owned(),
                set.expand().into_iter().map(str::to_owned).collect(),
            )
        })
        .collect();
    assert!(
        released() == current,
        "the sets have changed: write the snapshot with `{WRITE}`"
    );
}
