//! What is loaded and asked of a call's arguments, and what isn't loaded or asked again.

use seccomptime_compiler::bpf::{JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS, OFFSET_NR};
use seccomptime_compiler::include::NoFiles;
use seccomptime_compiler::lex::lex;
use seccomptime_compiler::{Arch, Build, compile};

/// How many loads of arguments and tests of them a policy with one conditioned call has.
fn counts(rules: &str) -> (usize, usize) {
    let text =
        format!("{rules}, default = errno(EPERM), foreign = errno(EPERM), unknown = errno(EPERM)");
    let tokens = lex(&text, 0).unwrap().tokens;
    let arch = Arch::from_name("aarch64").unwrap();
    let program = compile(&tokens, arch, Build { debug: false }, &mut NoFiles).unwrap();
    let count = |codes: &[u16]| {
        let instructions = program.instructions.iter();
        instructions.filter(|i| codes.contains(&i.code)).count()
    };
    let number = program
        .instructions
        .iter()
        .rposition(|i| i.code == LD_W_ABS && i.known() == Some(OFFSET_NR));
    assert_eq!(number, Some(2), "{rules}");
    // Those of the audit arch and of the number are not counted: two loads, one test each.
    let tests = count(&[JEQ_K, JGE_K, JGT_K, JSET_K]);
    (count(&[LD_W_ABS]) - 2, tests - 2)
}

#[test]
fn one_load_serves_what_comes_behind_it() {
    for (rules, want) in [
        ("allow(socket(family == 1 || family == 2))", (1, 2)),
        // Those on one argument are asked one after the other.
        ("allow(socket(family != 1, type == 2, family != 3))", (2, 3)),
        (
            "allow(socket(family == 1 || type == 2 || family == 3))",
            (2, 3),
        ),
        // A mask changes what is loaded already.
        ("allow(socket(type == 1 || type & 0xf == 2))", (1, 2)),
        // Of 64 bits: the lower half, and the upper one where that is right; then the lower one again.
        ("allow(lseek(offset == 1))", (2, 2)),
        ("allow(lseek(offset in [1, 2]))", (4, 4)),
    ] {
        assert_eq!(counts(rules), want, "{rules}");
    }
}

#[test]
fn what_was_asked_is_not_asked_again() {
    for (rules, want) in [
        (
            "allow(socket((family == 1 && type == 1) || (family == 1 && type == 2)))",
            (2, 3),
        ),
        (
            "allow(socket((family == 1 && type == 1) || (family == 1 && protocol == 2)))",
            (3, 3),
        ),
        // By another rule.
        (
            "errno(EACCES: socket(family == 1, type == 3)), allow(socket(family == 1))",
            (2, 2),
        ),
        // Known on one of two ways alone.
        (
            "allow(socket((family == 1 || type == 1) && (family == 1 || protocol == 1)))",
            (3, 3),
        ),
        // Another constant is another question, whatever the values.
        (
            "allow(socket((family == 1 && type == 1) || (family == 2 && type == 1)))",
            (4, 4),
        ),
    ] {
        assert_eq!(counts(rules), want, "{rules}");
    }
}
