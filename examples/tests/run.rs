//! Every example is run, in what it is meant to do and in what its policy is there for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};

/// How a program ended that a filter killed.
const SIGSYS: Option<i32> = Some(31);

/// Runs a program to its end.
fn run(program: &str, arguments: &[&str], input: &str) -> (ExitStatus, String) {
    let mut child = start(program, arguments);
    let mut stdin = child.stdin.take().unwrap();
    // A program that is killed before it reads leaves a broken pipe.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    (output.status, String::from_utf8(output.stdout).unwrap())
}

fn start(program: &str, arguments: &[&str]) -> Child {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Says `line` to the server at `address` and returns the answer.
fn say(address: &str, line: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(line.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    // A server that is killed resets the connection.
    let _ = stream.read_to_string(&mut answer);
    answer
}

/// The next line that a server prints.
fn line(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

#[test]
fn hello_goes_on_and_prints() {
    let (status, output) = run(env!("CARGO_BIN_EXE_hello"), &[], "");
    assert!(status.success(), "{status}");
    assert!(output.starts_with("hello from pid "), "{output}");
}

#[test]
fn upper_filters_its_input() {
    let (status, output) = run(env!("CARGO_BIN_EXE_upper"), &[], "some text\n");
    assert!(status.success(), "{status}");
    assert_eq!(output, "SOME TEXT\n");
}

#[test]
fn upper_dies_of_opening_a_file() {
    let (status, output) = run(env!("CARGO_BIN_EXE_upper"), &["/etc/passwd"], "");
    assert_eq!((status.signal(), output.as_str()), (SIGSYS, ""));
}

#[test]
fn echo_serves_above_and_below_the_runtime() {
    for program in [
        env!("CARGO_BIN_EXE_echo_above"),
        env!("CARGO_BIN_EXE_echo_below"),
    ] {
        let mut child = start(program, &[]);
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let address = line(&mut output);
        assert_eq!(say(&address, "one"), "one");
        assert_eq!(say(&address, "quit"), "quit");
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn worker_parses_and_may_not_open() {
    let input = "colour=red\nopen=/etc/passwd\nnonsense\n";
    let (status, output) = run(env!("CARGO_BIN_EXE_worker"), &[], input);
    assert!(status.success(), "{status}");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(
        lines,
        [
            "colour is red",
            "refused: Permission denied (os error 13)",
            "refused: a line without `=`",
            "this thread may still open: true",
        ]
    );
}

#[test]
fn offline_copes_without_a_network() {
    let (status, output) = run(env!("CARGO_BIN_EXE_offline"), &[], "");
    assert!(status.success(), "{status}");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(
        lines,
        [
            "no TCP: Permission denied (os error 13)",
            "no UDP: Permission denied (os error 13)",
            "files are open: true",
        ]
    );
}

#[test]
fn a_child_is_without_a_network() {
    let runs = |program: &str| run(env!("CARGO_BIN_EXE_without_network"), &[program], "");
    let (status, output) = runs(env!("CARGO_BIN_EXE_hello"));
    assert!(status.success(), "{status}");
    assert!(output.starts_with("hello from pid "), "{output}");
    // It listens, elsewhere.
    let (status, output) = runs(env!("CARGO_BIN_EXE_echo_above"));
    assert_eq!((status.code(), output.as_str()), (Some(1), ""));
    let (status, _) = runs("/nonexistent");
    assert_eq!(status.code(), Some(125));
}

#[test]
fn two_phases_serve_and_may_no_longer_open() {
    for (last, signal) in [("quit", None), ("escape", SIGSYS)] {
        let mut child = start(
            env!("CARGO_BIN_EXE_two_phases"),
            &["/proc/sys/kernel/ostype"],
        );
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let address = line(&mut output);
        assert!(line(&mut output).starts_with("full"));
        assert_eq!(say(&address, "hi\n"), "Linux\n");
        say(&address, &format!("{last}\n"));
        assert_eq!(child.wait().unwrap().signal(), signal, "{last}");
    }
}

#[test]
fn denied_says_which_call_it_was() {
    let output = Command::new(env!("CARGO_BIN_EXE_denied")).output().unwrap();
    assert_eq!(output.status.signal(), SIGSYS);
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout, "looking for /etc/hostname\n");
    let told = String::from_utf8(output.stderr).unwrap();
    if cfg!(debug_assertions) {
        assert!(told.starts_with("seccomptime: denied["), "{told}");
        assert!(told.contains("`openat("), "{told}");
        let ends = " is denied by main at examples/src/bin/denied.rs:8; to permit it add `allow(openat)`\n";
        assert!(told.ends_with(ends), "{told}");
    } else {
        assert_eq!(told, "");
    }
}

#[test]
fn one_folder_is_all_that_its_supervisor_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    std::fs::create_dir(path.join("below")).unwrap();
    std::fs::write(path.join("here"), "one\n").unwrap();
    std::fs::write(path.join("below/there"), "two\n").unwrap();
    std::os::unix::fs::symlink("below/there", path.join("in")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", path.join("out")).unwrap();
    let (path, absolute) = (path.to_str().unwrap(), path.join("here"));
    let absolute = absolute.to_str().unwrap();
    let files = [
        "here",
        "below/there",
        absolute,
        "in",
        "out",
        "../x",
        "/etc/passwd",
        "none",
    ];
    let arguments = [&[path], &files[..]].concat();
    let (status, output) = run(env!("CARGO_BIN_EXE_one_folder"), &arguments, "");
    assert!(status.success(), "{status}");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(
        lines,
        [
            "here: one",
            "below/there: two",
            &format!("{absolute}: one"),
            "in: two",
            "out: Invalid cross-device link (os error 18)",
            "../x: Invalid cross-device link (os error 18)",
            "/etc/passwd: Permission denied (os error 13)",
            "none: No such file or directory (os error 2)",
        ]
    );
}
