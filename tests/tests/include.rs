//! `include`: policy files of a package, their mistakes, and what a change of one leads to.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::user_crate::UserCrate;

const TARGET: &str = env!("CARGO_TARGET_TMPDIR");

/// A program that says whether `getppid` is allowed by the file that it includes.
const ASKS: &str = r#"
static POLICY: seccomptime::Policy = seccomptime::policy!(include = "policy/main.policy");

fn main() {
    let decision = POLICY.decide(seccomptime::nr::GETPPID, [0; 6]);
    println!("{}", decision.action());
    println!("{}", POLICY.source().text);
}
"#;

#[test]
fn files_are_part_of_the_policy_and_of_the_build() {
    let package = UserCrate::new("include-good")
        .main(ASKS)
        .file("policy/main.policy", "// Comments are fine.\nallow(@rust-main, @rust-panic),\ninclude = \"deeper/more.policy\",\n")
        // From the including file, not from the root.
        .file("policy/deeper/more.policy", "errno(libc::EACCES: getppid)\n")
        .lay();
    let ran = package.build(TARGET).run("include-good");
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    assert_eq!(
        ran.stdout,
        "errno\nallow(@rust-main, @rust-panic), errno(libc::EACCES: getppid)\n"
    );
    // A build that doesn't look at the files again would say the same as before.
    package.change("policy/deeper/more.policy", "allow(getppid), log(getuid)\n");
    let ran = package.build(TARGET).run("include-good");
    assert_eq!(
        ran.stdout,
        "allow\nallow(@rust-main, @rust-panic), allow(getppid), log(getuid)\n"
    );
}

/// What several packages share stands in none of them.
#[test]
fn files_outside_the_package_are_part_of_the_build_too() {
    let shared = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(shared.path().join(name), text).unwrap();
    write(
        "common.policy",
        "allow(exit_group), include = \"more.policy\"\n",
    );
    write("more.policy", "errno(libc::EACCES: getppid)\n");
    let included = format!("include = {:?}\n", shared.path().join("common.policy"));
    let package = UserCrate::new("include-outside")
        .main(ASKS)
        .file("policy/main.policy", &included)
        .lay();
    let ran = package.build(TARGET).run("include-outside");
    assert_eq!(
        ran.stdout,
        "errno\nallow(exit_group), errno(libc::EACCES: getppid)\n"
    );
    write("more.policy", "allow(getppid)\n");
    let ran = package.build(TARGET).run("include-outside");
    assert_eq!(ran.stdout, "allow\nallow(exit_group), allow(getppid)\n");
    // A mistake there is told with the whole path.
    write("more.policy", "allow(getpppid)\n");
    let place = shared.path().join("more.policy").display().to_string();
    let built = package.build(TARGET);
    let want = format!("error: {place}:1:7: `getpppid` is no syscall");
    assert!(built.messages.contains(&want), "{}", built.messages);
}

/// Whoever calls rustc without cargo says no root.
#[test]
fn without_a_root_the_error_says_who_knows_it() {
    let tools = tempfile::tempdir().unwrap();
    let wrapper = tools.path().join("rustc-without-a-root");
    fs::write(
        &wrapper,
        "#!/bin/sh\nunset CARGO_MANIFEST_DIR\nexec \"$@\"\n",
    )
    .unwrap();
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    let built = UserCrate::new("include-rootless")
        .main(ASKS)
        .file("policy/main.policy", "allow(getppid)\n")
        .file(
            ".cargo/config.toml",
            &format!("[build]\nrustc-workspace-wrapper = {wrapper:?}\n"),
        )
        .build(TARGET);
    assert!(!built.well(), "{}", built.messages);
    let want = "error: `policy/main.policy` is looked for from the package's root, which cargo says and nothing else: build with cargo, or write the rules here";
    assert!(built.messages.contains(want), "{}", built.messages);
}

/// The messages of a build with these files.
fn messages(name: &str, files: &[(&str, &str)]) -> String {
    let mut package = UserCrate::new(name).main(ASKS);
    for (path, text) in files {
        package = package.file(path, text);
    }
    let built = package.build(TARGET);
    assert!(!built.well(), "{}", built.messages);
    built.messages
}

#[test]
fn mistakes_are_told_with_file_line_and_column() {
    for (name, files, want) in [
        (
            "include-mistake",
            &[(
                "policy/main.policy",
                "default = log,\nallow(\n    read,\n    wirte,\n)\n",
            )][..],
            "error: policy/main.policy:4:5: `wirte` is no syscall of any arch; did you mean `write`?",
        ),
        (
            "include-unclosed",
            &[("policy/main.policy", "default = log,\nallow(read\n")][..],
            "error: policy/main.policy:2:6: `(` is never closed",
        ),
        (
            "include-missing",
            &[("policy/main.policy", "include = \"other.policy\"\n")][..],
            "error: policy/main.policy:1:1: `policy/other.policy` can't be read: No such file",
        ),
        (
            "include-cycle",
            &[
                ("policy/main.policy", "include = \"b.policy\"\n"),
                ("policy/b.policy", "\n include = \"main.policy\"\n"),
            ][..],
            "error: policy/b.policy:2:2: `policy/main.policy` includes itself: policy/main.policy → policy/b.policy → policy/main.policy",
        ),
        (
            "include-twice",
            &[
                (
                    "policy/main.policy",
                    "default = log, include = \"b.policy\"\n",
                ),
                ("policy/b.policy", "default = allow\n"),
            ][..],
            "error: policy/b.policy:1:1: `default` is said here and in what this is included by",
        ),
        (
            "include-value",
            &[(
                "policy/main.policy",
                "default = log, errno(5000 + 1: getppid)\n",
            )][..],
            "errno must be between 1 and 4095",
        ),
    ] {
        let messages = messages(name, files);
        assert!(
            messages.contains(want),
            "{name}: no {want:?} in\n{messages}"
        );
        // At the attribute, in the program's own file.
        assert!(
            messages.contains("--> src/main.rs:2:"),
            "{name}: {messages}"
        );
    }
}
