//! The record of a policy in a binary, as a tool that knows nothing but its layout finds it.

use std::fs;

use seccomptime_compiler::record::checksum;
use seccomptime_tests::support::fork::End;
use seccomptime_tests::support::user_crate::UserCrate;

/// What a record begins with, and how many words follow.
const MAGIC: &[u8; 16] = b"\x7fseccomptime\xff\x01\xfe\0";
const WORDS: usize = 10;

/// A program with a policy that is used, and one that isn't.
fn program(record: &str) -> String {
    format!(
        r#"
static UNUSED: seccomptime::Policy = seccomptime::policy!(allow(exit_group, getsid));

#[seccomptime::seccomp(allow(@rust-main, @rust-panic, @stdio), errno(EACCES: getpgid), record = {record})]
fn main() {{
    println!("{{}}", std::process::id());
}}
"#
    )
}

/// The binary, built as small as it gets and stripped, once it has run.
fn binary(name: &str, record: &str) -> Vec<u8> {
    let built = UserCrate::new(name)
        .main(&program(record))
        .manifest("[profile.release]\nstrip = true\nlto = \"fat\"\nopt-level = \"z\"\n")
        .release()
        .build(env!("CARGO_TARGET_TMPDIR"));
    assert!(built.well(), "{}", built.messages);
    assert_eq!(built.run(name).end, End::Exited(0));
    fs::read(built.command(name).get_program()).unwrap()
}

/// Where the magic stands.
fn places(binary: &[u8]) -> Vec<usize> {
    let starts = binary.windows(MAGIC.len()).enumerate();
    starts
        .filter(|(_, w)| w == MAGIC)
        .map(|(at, _)| at)
        .collect()
}

fn word(bytes: &[u8], index: usize) -> u32 {
    u32::from_ne_bytes(bytes[4 * index..][..4].try_into().unwrap())
}

/// An instruction as the checksum takes it: `code << 48 | jt << 40 | jf << 32 | k`.
fn number(instruction: &[u8]) -> u64 {
    let code = u16::from_ne_bytes([instruction[0], instruction[1]]);
    let [jt, jf] = [2, 3].map(|at| u64::from(instruction[at]));
    u64::from(code) << 48 | jt << 40 | jf << 32 | u64::from(word(instruction, 1))
}

/// FNV-1a in 64 bits, over numbers, its halves XORed.
fn fnv(numbers: impl Iterator<Item = u64>) -> u32 {
    let sum = numbers.fold(0xcbf2_9ce4_8422_2325_u64, |sum, number| {
        (sum ^ number).wrapping_mul(0x0100_0000_01b3)
    });
    let bytes = sum.to_ne_bytes();
    word(&bytes, 0) ^ word(&bytes, 1)
}

#[test]
fn a_full_record_is_found_and_says_it_all() {
    let binary = binary("record-full", "full");
    let [at] = places(&binary)[..] else {
        panic!("one record, the unused one is gone: {:?}", places(&binary));
    };
    let header = &binary[at + MAGIC.len()..];
    let [
        format,
        length,
        sum,
        _arch,
        line,
        _column,
        count,
        file,
        text,
        kind,
    ] = std::array::from_fn::<u32, WORDS, _>(|i| word(header, i));
    assert_eq!((format, line, kind), (1, 4, 1));
    let record = &binary[at..at + length as usize];
    let body = &record[MAGIC.len() + 4 * WORDS..];
    let (program, body) = body.split_at(8 * count as usize);
    let (file, rest) = body.split_at(file as usize);
    let text = &rest[..text as usize];
    let (file, text) = (
        std::str::from_utf8(file).unwrap(),
        std::str::from_utf8(text).unwrap(),
    );
    assert_eq!(file, "src/main.rs");
    assert_eq!(
        text,
        "allow(@rust-main, @rust-panic, @stdio), errno(EACCES: getpgid), record = full"
    );
    // The last instruction is a return.
    assert_eq!(program[program.len() - 8], 6);
    let words = (3..WORDS).map(|i| u64::from(word(header, i)));
    let instructions = program.chunks_exact(8).map(number);
    let numbers = words
        .chain(instructions)
        .chain(file.bytes().map(u64::from))
        .chain([u64::from(checksum(text.as_bytes()))]);
    assert_eq!(sum, fnv(numbers));
}

#[test]
fn a_minimal_record_has_no_text() {
    let binary = binary("record-minimal", "minimal");
    let [at] = places(&binary)[..] else {
        panic!("one record: {:?}", places(&binary));
    };
    let header = &binary[at + MAGIC.len()..];
    assert_eq!((word(header, 8), word(header, 9)), (0, 2));
    assert!(!binary.windows(10).any(|w| w == b"@rust-main"));
}

#[test]
fn no_record_is_nothing_to_find() {
    let binary = binary("record-none", "none");
    assert_eq!(places(&binary), Vec::<usize>::new());
    assert!(!binary.windows(10).any(|w| w == b"@rust-main"));
}
