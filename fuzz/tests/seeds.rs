//! Every seed once: what the fuzzers found, or start from, goes on to pass.

use std::fs;
use std::path::{Path, PathBuf};

use arbitrary::{Arbitrary, Unstructured};
use seccomptime_fuzz::{generator, grammar};

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let files = fs::read_dir(&folder).expect("a folder of seeds");
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("a seed").path();
        let bytes = fs::read(&path).expect("a seed");
        (path, bytes)
    };
    let seeds: Vec<_> = files.map(read).collect();
    assert!(!seeds.is_empty(), "no seeds in {}", folder.display());
    seeds
}

#[test]
fn grammar_passes() {
    for (path, bytes) in seeds("grammar") {
        println!("{}", path.display());
        grammar::check(std::str::from_utf8(&bytes).expect("a text"));
    }
}

#[test]
fn generator_passes() {
    for (path, bytes) in seeds("generator") {
        println!("{}", path.display());
        let choices = generator::Choices::arbitrary_take_rest(Unstructured::new(&bytes));
        generator::check(&choices.expect("choices"));
    }
}
