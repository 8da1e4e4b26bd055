//! What of the kernel's arguments is read in its source: that each fact says where, and that none is forgotten.

use std::collections::BTreeSet;

use seccomptime_compiler::data::{self, Class, SYSCALLS, VARIANTS};
use seccomptime_tests::generate::{root, tsv::Tsv};

fn rows(file: &str) -> Vec<Vec<String>> {
    let path = root().join("compiler/data/signatures").join(file);
    Tsv::read(&path, 4).rows
}

/// As in "fs/pipe.c, do_pipe2: `code`", with whatever stands behind it.
fn is_a_place(source: &str) -> bool {
    let Some((place, code)) = source.split_once(": `") else {
        return false;
    };
    let Some((path, function)) = place.split_once(", ") else {
        return false;
    };
    let function = function.strip_prefix("SYSCALL_DEFINE ").unwrap_or(function);
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_path = |c: char| is_word(c) || matches!(c, '/' | '.' | '-');
    path.contains('/')
        && [".c", ".h"].iter().any(|end| path.ends_with(end))
        && path.chars().all(is_path)
        && !function.is_empty()
        && function.chars().all(is_word)
        && code
            .split_once('`')
            .is_some_and(|(code, _)| !code.is_empty())
}

#[test]
fn every_fact_names_the_code_that_shows_it() {
    for file in ["flags.tsv", "effective.tsv"] {
        let mut names = BTreeSet::new();
        for row in rows(file) {
            let [name, argument, .., source] = &row[..] else {
                panic!("{file}: {row:?}");
            };
            assert!(is_a_place(source), "{file}: {name} {argument}: {source}");
            assert!(names.insert([name.clone(), argument.clone()]), "{row:?}");
        }
    }
    for other in [
        "the name",
        "as mmap",
        "include/uapi/linux/wait.h: W* are bits",
        "fs/pipe.c, do_pipe2: single bits",
        "fs/pipe.c, do_pipe2: `` is empty",
    ] {
        assert!(!is_a_place(other), "{other}");
    }
}

/// What the kernel calls flags, options, a mask or a protection is one of them, and what it calls a mode of files too.
#[test]
fn what_is_called_flags_is_known_to_carry_them() {
    let known: BTreeSet<_> = rows("flags.tsv")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    let bases = SYSCALLS.iter().map(|syscall| (syscall.name, syscall.args));
    let variants = VARIANTS.iter().map(|(_, name, args)| (*name, *args));
    for (name, args) in bases.chain(variants) {
        for arg in args.iter().filter(|arg| arg.class != Class::Ptr) {
            let is_flags = ["flag", "flg"].iter().any(|part| arg.name.contains(part))
                || matches!(
                    arg.name,
                    "prot" | "options" | "mask" | "mask_lo" | "mask_hi" | "mode"
                );
            assert!(
                !is_flags || known.contains(&(name.to_owned(), arg.name.to_owned())),
                "flags.tsv: `{}` of `{name}`",
                arg.name
            );
        }
    }
}

/// What the kernel ignores can't be compared: a denying rule would be walked around with it. What it refuses stays.
#[test]
fn arguments_are_as_wide_as_the_kernel_looks_at_them() {
    for (name, argument, class) in [
        ("ioprio_set", "ioprio", Class::U16),
        ("kcmp", "idx1", Class::Fd),
        ("kcmp", "idx2", Class::Word),
        ("kexec_load", "flags", Class::U32),
        ("kexec_file_load", "flags", Class::Word),
        ("mount", "flags", Class::U32),
        ("mprotect", "prot", Class::Word),
        ("pciconfig_read", "bus", Class::U32),
        ("pciconfig_read", "off", Class::I32),
        ("pciconfig_write", "dfn", Class::U32),
        ("process_vm_readv", "riovcnt", Class::Word),
        ("remap_file_pages", "flags", Class::U32),
        ("remap_file_pages", "prot", Class::Word),
        ("unshare", "unshare_flags", Class::Word),
    ] {
        let syscall = data::syscall(name).expect("it is a syscall");
        let found = syscall.args.iter().find(|arg| arg.name == argument);
        let found = found.map(|arg| arg.class);
        assert_eq!(found, Some(class), "`{argument}` of `{name}`");
    }
}
