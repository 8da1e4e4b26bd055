//! Writes the generated files of the compiler and the runtime; with `--snapshot`, before a minor release, what its sets
//! hold.

use std::{env, fs, io};

use seccomptime_tests::generate::{generate, root, snapshot};

fn main() -> io::Result<()> {
    let root = root();
    let mut files = generate(&root);
    match env::args().nth(1).as_deref() {
        None => {}
        Some("--snapshot") => files.push(snapshot(&root)),
        Some(other) => return Err(io::Error::other(format!("unknown argument `{other}`"))),
    }
    for (path, text) in files {
        let path = root.join(path);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text)?;
        println!("{}", path.display());
    }
    Ok(())
}
