//! What a policy adds to a program: its record, and hardly more code and text than its policy needs.
#![cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]

use std::fs;

use seccomptime_tests::support::user_crate::UserCrate;

/// What a record begins with; its length is the second word after it.
const MAGIC: &[u8] = b"\x7fseccomptime\xff\x01\xfe\0";

/// Bytes of code, text and tables beyond the record, for a policy that needs nothing but loading. Measured: 1,337; the rest is for other
/// versions of rustc and other linkers.
const BEYOND_THE_RECORD: usize = 1_450;

/// A file that only some policies have read.
const ACTIONS_LOGGED: &[u8] = b"/proc/sys/kernel/seccomp/actions_logged";

/// A hello world in the release profile, stripped.
fn hello(name: &str, attribute: &str) -> Vec<u8> {
    let program = format!("{attribute}\nfn main() {{\n    println!(\"Hello, world!\");\n}}\n");
    let built = UserCrate::new(name)
        .main(&program)
        .manifest("[profile.release]\nstrip = \"symbols\"\n")
        .release()
        .build(env!("CARGO_TARGET_TMPDIR"));
    assert!(built.well(), "{}", built.messages);
    fs::read(built.command(name).get_program()).expect("the program")
}

fn number<const SIZE: usize>(bytes: &[u8], at: usize) -> [u8; SIZE] {
    bytes[at..at + SIZE].try_into().expect("as many bytes")
}

fn half(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_ne_bytes(number(bytes, at)))
}

fn long(bytes: &[u8], at: usize) -> usize {
    usize::try_from(u64::from_ne_bytes(number(bytes, at))).expect("64 bits")
}

/// The bytes in all sections of an ELF file, without what linkers put between them.
fn section_bytes(elf: &[u8]) -> usize {
    /// elf.h: e_shoff, e_shentsize, e_shnum of Elf64_Ehdr; sh_type, sh_size of Elf64_Shdr.
    const TABLE: usize = 40;
    const ENTRY: usize = 58;
    const ENTRIES: usize = 60;
    const TYPE: usize = 4;
    const SIZE: usize = 32;
    const SHT_NOBITS: u32 = 8;
    let (table, entry) = (long(elf, TABLE), half(elf, ENTRY));
    let sections = (0..half(elf, ENTRIES)).map(|i| table + i * entry);
    let in_the_file =
        sections.filter(|section| u32::from_ne_bytes(number(elf, section + TYPE)) != SHT_NOBITS);
    in_the_file.map(|section| long(elf, section + SIZE)).sum()
}

fn find(binary: &[u8], bytes: &[u8]) -> Option<usize> {
    binary.windows(bytes.len()).position(|w| w == bytes)
}

#[test]
fn a_plain_policy_adds_its_record_and_little_else() {
    const POLICY: &str = "allow(read, write, close, exit_group, rt_sigreturn, sigaltstack, munmap), \
                          default = errno(EPERM), foreign = errno(EPERM), unknown = errno(EPERM), \
                          waive(no_fallback: \"the smallest program\")";
    let bare = hello("footprint-bare", "");
    let plain = hello(
        "footprint-plain",
        &format!("#[seccomptime::seccomp({POLICY})]"),
    );
    let record = find(&plain, MAGIC).expect("a record") + MAGIC.len();
    let record = u32::from_ne_bytes(number(&plain, record + 4));
    let record = usize::try_from(record).expect("32 bits");
    let added = section_bytes(&plain) - section_bytes(&bare);
    assert!(added > record, "{added} bytes, {record} of them the record");
    let beyond = added - record;
    assert!(
        beyond <= BEYOND_THE_RECORD,
        "{beyond} bytes beyond the record"
    );
}

#[test]
fn what_only_some_policies_need_is_in_their_programs_alone() {
    let plain = hello(
        "footprint-errno",
        "#[seccomptime::seccomp(allow(@rust-main, @stdio), default = errno(EPERM), foreign = errno(EPERM))]",
    );
    assert_eq!(find(&plain, ACTIONS_LOGGED), None);
    let logging = hello(
        "footprint-log",
        "#[seccomptime::seccomp(allow(@rust-main, @stdio), default = log)]",
    );
    assert!(find(&logging, ACTIONS_LOGGED).is_some());
}
