//! Small packages as users have them, built by cargo outside of any workspace.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use crate::profile::Profile;

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const PROGRAM: &str = "target/release/hello";

/// A package with one program.
pub struct Package {
    folder: TempDir,
    source: String,
    changes: u32,
}

/// The line of a package that depends on ours.
pub const OURS: &str = "seccomptime = { path = {runtime} }";

/// What to build.
#[derive(Clone, Copy)]
pub enum Goal {
    Check,
    Dev,
    Release,
}

impl Package {
    /// A package with these lines of dependencies, `{runtime}` being the path of ours, and this program.
    pub fn new(dependencies: &str, source: &str) -> Package {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let runtime = Path::new(HERE).join("../runtime");
        let dependencies = dependencies.replace("{runtime}", &format!("{runtime:?}"));
        let manifest = format!(
            "[package]\nname = \"hello\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [profile.release]\nstrip = \"symbols\"\n\n[dependencies]\n{dependencies}\n"
        );
        let package = Package {
            folder,
            source: source.to_owned(),
            changes: 0,
        };
        fs::create_dir(package.path("src")).expect("a folder in the package");
        fs::write(package.path("Cargo.toml"), manifest).expect("a file of the package");
        fs::write(package.path("src/main.rs"), source).expect("a file of the package");
        // The versions are those of this bench, which has them all downloaded.
        let lock = Path::new(HERE).join("Cargo.lock");
        fs::copy(lock, package.path("Cargo.lock")).expect("a file of the package");
        package
    }

    /// Seconds that a build takes after all that was built is gone.
    ///
    /// What comes from a registry is never compiled incrementally, which takes longer the first time; ours is there by its path, and is
    /// to be measured as its users have it.
    pub fn cold(&self, goal: Goal) -> f64 {
        let target = self.path("target");
        if target.exists() {
            fs::remove_dir_all(target).expect("our own folder");
        }
        let mut command = self.command(goal);
        let seconds = run(command.env("CARGO_INCREMENTAL", "0"));
        // For the builds after a change, which are as usual.
        self.build(goal);
        seconds
    }

    /// Seconds that a build takes after a change of the program.
    pub fn changed(&mut self, goal: Goal) -> f64 {
        self.change();
        self.build(goal)
    }

    /// What rustc itself says of its work on another program, all of which it does anew. The option is an unstable one.
    pub fn profile(&mut self, source: &str) -> Profile {
        self.source = source.to_owned();
        self.change();
        let profiles = self.path("profiles");
        let option = format!("-Zself-profile={}", profiles.display());
        let mut command = self.cargo(&["rustc", "--profile=check"]);
        command
            .args(["--", &option])
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_INCREMENTAL", "0");
        run(&mut command);
        let files = fs::read_dir(&profiles).expect("what rustc wrote");
        let file = files.map(|file| file.expect("a file").path()).next();
        let profile = Profile::read(&file.expect("a profile"));
        fs::remove_dir_all(profiles).expect("our own folder");
        profile
    }

    fn change(&mut self) {
        self.changes += 1;
        let source = format!("{}\n// {}\n", self.source, self.changes);
        // A change that leaves the tokens as they are is still compiled anew.
        fs::write(self.path("src/main.rs"), source).expect("a file of the package");
    }

    fn build(&self, goal: Goal) -> f64 {
        run(&mut self.command(goal))
    }

    fn command(&self, goal: Goal) -> Command {
        let arguments: &[&str] = match goal {
            Goal::Check => &["check"],
            Goal::Dev => &["build"],
            Goal::Release => &["build", "--release"],
        };
        self.cargo(arguments)
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command
            .current_dir(self.folder.path())
            .args(arguments)
            .args(["--offline", "--quiet", "--color=never"])
            .env("CARGO_TARGET_DIR", self.path("target"))
            // What was meant for the bench isn't meant for the package.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        command
    }

    /// Seconds from the start to the end of the program that was built for release.
    pub fn run(&self) -> f64 {
        let mut command = Command::new(self.path(PROGRAM));
        command.stdout(Stdio::null());
        let start = Instant::now();
        let status = command.status().expect("the program");
        let seconds = start.elapsed().as_secs_f64();
        assert!(status.success(), "the program ends with {status}");
        seconds
    }

    /// Bytes of the stripped program.
    pub fn program_bytes(&self) -> u64 {
        let program = fs::metadata(self.path(PROGRAM));
        program.expect("the program, built for release").len()
    }

    /// How many of those bytes are the record of a policy: its program, and its text as it was written.
    pub fn record_bytes(&self) -> u32 {
        const MAGIC: &[u8] = b"\x7fseccomptime\xff\x01\xfe\0";
        let program = fs::read(self.path(PROGRAM)).expect("the program, built for release");
        let start = program.windows(MAGIC.len()).position(|w| w == MAGIC);
        // After the magic: the format's version, and the length.
        let length = start.expect("a program with a policy") + MAGIC.len() + 4;
        let length = program[length..][..4].try_into().expect("four bytes");
        u32::from_ne_bytes(length)
    }

    /// How many crates it depends on.
    pub fn crates(&self) -> usize {
        let lock = fs::read_to_string(self.path("Cargo.lock")).expect("what cargo locked");
        lock.matches("[[package]]").count() - 1
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }
}

/// Seconds that a build takes.
fn run(command: &mut Command) -> f64 {
    let start = Instant::now();
    let output = command.output().expect("cargo");
    let seconds = start.elapsed().as_secs_f64();
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "a package doesn't build\n{messages}"
    );
    seconds
}
