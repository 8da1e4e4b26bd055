//! Each set of std against what was measured, with every libc.

use std::collections::{BTreeMap, BTreeSet};

use seccomptime_compiler::data::{self, FAMILIES};
use seccomptime_tests::generate::{root, tsv::Tsv};

use seccomptime_tests::features::{EVERY_SET, FEATURES, MAIN, WITHOUT_A_SET};

/// The calls of each measured feature, of all libcs together.
fn measured() -> BTreeMap<String, BTreeSet<String>> {
    let mut features: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in ["measured.tsv", "tokio.tsv"] {
        for row in Tsv::read(&root().join("compiler/data/runtime").join(file), 3).rows {
            features
                .entry(row[1].clone())
                .or_default()
                .insert(row[2].clone());
        }
    }
    features
}

fn members(set: &str) -> Vec<&'static str> {
    data::set(set)
        .unwrap_or_else(|| panic!("no set @{set}"))
        .expand()
}

#[test]
fn the_sets_of_a_feature_hold_what_it_was_seen_to_call() {
    let measured = measured();
    for feature in FEATURES {
        let calls = measured.get(feature.name).cloned().unwrap_or_default();
        let mut allowed: BTreeSet<&str> = members(MAIN).into_iter().collect();
        allowed.extend(feature.sets.iter().flat_map(|set| members(set)));
        let missing: BTreeSet<&str> = calls
            .iter()
            .map(String::as_str)
            .filter(|call| !allowed.contains(call))
            .collect();
        // What no set holds is said, and only where it is so.
        let said: BTreeSet<&str> = feature.besides.iter().copied().collect();
        assert_eq!(
            missing, said,
            "`{}` under @{MAIN} and {:?}",
            feature.name, feature.sets
        );
    }
}

#[test]
fn every_measured_feature_has_its_sets() {
    for name in measured().keys() {
        let known = FEATURES.iter().any(|feature| feature.name == name);
        assert!(
            known,
            "the measured feature `{name}` is in no row of the table"
        );
    }
}

#[test]
fn every_set_of_std_is_measured() {
    for set in EVERY_SET {
        let measured = *set == MAIN || FEATURES.iter().any(|feature| feature.sets.contains(set));
        assert!(measured, "no feature was measured for @{set}");
    }
}

/// What gives a program away, and no set of std may hold.
#[test]
fn no_set_of_std_is_dangerous() {
    for set in EVERY_SET {
        for name in members(set) {
            assert!(!WITHOUT_A_SET.contains(&name), "@{set} holds `{name}`");
        }
    }
    for name in ["execve", "execveat"] {
        let holding: Vec<_> = EVERY_SET
            .iter()
            .filter(|set| members(set).contains(&name))
            .collect();
        let may: &[&str] = if name == "execve" {
            &["process-spawn", "program-start"]
        } else {
            &[]
        };
        assert!(
            holding.iter().all(|set| may.contains(set)),
            "`{name}` in {holding:?}"
        );
    }
    for set in [
        "rust-main",
        "rust-panic",
        "rust-threads",
        "stdio",
        "memory",
        "time",
        "tokio",
    ] {
        for name in ["open", "openat", "openat2", "socket", "kill"] {
            assert!(!members(set).contains(&name), "@{set} holds `{name}`");
        }
    }
}

/// What was measured on one architecture goes by other names on others.
#[test]
fn a_set_of_std_holds_the_other_names_of_its_calls() {
    for set in EVERY_SET {
        let members = members(set);
        for family in FAMILIES {
            // Old structs are for old binaries; Rust's libcs never call for them.
            let is_current = family.kind != "obsolete struct";
            let stands_for_a_member = family.base.iter().any(|base| members.contains(base));
            if is_current && stands_for_a_member {
                assert!(
                    members.contains(&family.variant),
                    "@{set} lacks `{}`, which stands for {:?}",
                    family.variant,
                    family.base
                );
            }
        }
    }
}
