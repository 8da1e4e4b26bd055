//! `tests/golden`: the program of each policy on each arch, as text.
//!
//! A difference is a change of what is generated: read it, and write the texts anew with
//! `BLESS=1 cargo test -p seccomptime-tests --test golden`.

use std::fs;
use std::path::Path;

use seccomptime_compiler::arch::ARCHES;
use seccomptime_compiler::disasm::disassemble;
use seccomptime_compiler::include::NoFiles;
use seccomptime_compiler::{Build, Place, analyse, compile, lex::lex};

/// The arches that are written out in full: two of one numbering, one with an offset, the ones with an ABI bit.
const SHOWN: [&str; 5] = ["x86_64", "x32", "i686", "aarch64", "mips64"];

#[test]
fn programs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let bless = std::env::var_os("BLESS").is_some();
    let mut policies = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "policy") {
            continue;
        }
        policies += 1;
        let text = fs::read_to_string(&path).unwrap();
        let tokens = lex(&text, 0).unwrap().tokens;
        assert_eq!(
            analyse(&tokens, Place::Main, &mut NoFiles).diagnostics,
            [],
            "{}",
            path.display()
        );
        let mut found = String::new();
        for arch in ARCHES {
            let program = compile(&tokens, arch, Build { debug: false }, &mut NoFiles).unwrap();
            let count = program.instructions.len();
            found.push_str(&format!("{}: {count} instructions\n", arch.name));
            if SHOWN.contains(&arch.name) {
                found.push_str(&disassemble(&program));
            }
            found.push('\n');
        }
        let golden = path.with_extension("txt");
        if bless {
            fs::write(&golden, &found).unwrap();
        }
        let want = fs::read_to_string(&golden).unwrap_or_default();
        assert!(
            want == found,
            "{} differs; found:\n{found}",
            golden.display()
        );
    }
    assert!(policies >= 4);
}
