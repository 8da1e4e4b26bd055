//! `tests/pass`: what must compile without a warning, and run, in every edition, under a renamed dependency.

use std::fs;
use std::path::Path;

use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::user_crate::UserCrate;

/// What each program prints, and its exit status.
const PROGRAMS: [(&str, &str, i32); 12] = [
    ("any_return_type", "tail\n", 3),
    ("arches", "kill_process\n", 0),
    ("fallback", "Ok(7)\n", 0),
    ("forbids", "4\n", 0),
    ("functions", "never\n", 0),
    ("inner_attributes", "13\n", 0),
    ("parentheses", "true true\n", 0),
    ("paths", "paths\n", 0),
    ("settings", "the policy at src/bin/settings.rs:9", 0),
    ("shadowed", "2\n", 0),
    ("tokio_above", "above\n", 0),
    ("tokio_below", "below\n", 0),
];

fn every_program_in(edition: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("pass");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), PROGRAMS.len());
    let package = format!("pass_{edition}");
    let mut user = UserCrate::new(&package).edition(edition).dependencies(
        "sandbox = { package = \"seccomptime\", path = {runtime} }\n\
         tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }",
    );
    for (name, ..) in PROGRAMS {
        let text = fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
        user = user.program(name, &text);
    }
    let built = user.build(env!("CARGO_TARGET_TMPDIR"));
    assert!(built.well(), "{}", built.messages);
    assert!(!built.messages.contains("warning"), "{}", built.messages);
    for (name, prints, status) in PROGRAMS {
        let ran = built.run(name);
        assert_eq!(ran.end, End::Exited(status), "{name}: {ran:?}");
        assert!(ran.stdout.contains(prints), "{name}: {ran:?}");
    }
}

#[test]
fn edition_2018() {
    every_program_in("2018");
}

#[test]
fn edition_2021() {
    every_program_in("2021");
}

#[test]
fn edition_2024() {
    every_program_in("2024");
}
