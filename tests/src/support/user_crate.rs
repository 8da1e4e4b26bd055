//! A package as a user would make it: outside the workspace, with this crate as a path dependency.

use super::fork::End;
use super::harness::Skip;
use super::program::{self, Ran};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// How a package is built that isn't for the running target, as it is.
#[derive(Clone, Default)]
pub struct Platform {
    /// rustc's name of the target.
    pub triple: String,
    /// What rustc is told for the target's part, such as `-Ctarget-feature=+crt-static`.
    pub rustflags: String,
    /// More of cargo's arguments.
    pub arguments: Vec<String>,
    /// More of cargo's environment.
    pub environment: Vec<(String, OsString)>,
    /// Whether what the workspace hasn't locked may be fetched.
    pub online: bool,
}

impl Platform {
    /// The name of cargo's variable for the target.
    pub fn variable(&self, name: &str) -> String {
        let triple = self.triple.to_uppercase().replace('-', "_");
        format!("CARGO_TARGET_{triple}_{name}")
    }
}

/// Whether packages can be built here. They can wherever cargo runs the tests; a kernel under test has the programs alone.
pub fn buildable() -> Result<(), Skip> {
    if Path::new(WORKSPACE).exists() {
        Ok(())
    } else {
        Err(Skip::because("the workspace isn't here"))
    }
}

/// A package to be built. Its programs' names must be its own: all packages' programs share a folder.
pub struct UserCrate<'a> {
    name: &'a str,
    edition: &'a str,
    dependencies: String,
    manifest: String,
    files: Vec<(String, String)>,
    release: bool,
    platform: Option<Platform>,
}

/// What cargo answered.
#[derive(Debug)]
pub struct Built {
    /// The folder of the programs, where the build went well.
    programs: Option<PathBuf>,
    /// What cargo and rustc printed.
    pub messages: String,
}

impl Built {
    /// Whether the build went well.
    pub fn well(&self) -> bool {
        self.programs.is_some()
    }

    /// Runs a program of the package; fails where it wasn't built.
    pub fn run(&self, name: &str) -> Ran {
        program::run(self.command(name))
    }

    /// A command that runs a program of the package; fails where it wasn't built.
    pub fn command(&self, name: &str) -> Command {
        match &self.programs {
            Some(programs) => Command::new(programs.join(name)),
            None => panic!("the build failed\n{}", self.messages),
        }
    }
}

impl<'a> UserCrate<'a> {
    /// A package without a file, with `seccomptime` as its one dependency.
    pub fn new(name: &'a str) -> Self {
        let runtime = Path::new(WORKSPACE).join("runtime");
        Self {
            name,
            edition: "2024",
            dependencies: format!("seccomptime = {{ path = {runtime:?} }}\n"),
            manifest: String::new(),
            files: Vec::new(),
            release: false,
            platform: None,
        }
    }

    /// Another edition than 2024.
    pub fn edition(mut self, edition: &'a str) -> Self {
        self.edition = edition;
        self
    }

    /// The lines under `[dependencies]` in place of the plain dependency; `{runtime}` stands for the crate's path, quoted.
    pub fn dependencies(mut self, lines: &str) -> Self {
        let runtime = format!("{:?}", Path::new(WORKSPACE).join("runtime"));
        self.dependencies = lines.replace("{runtime}", &runtime);
        self
    }

    /// More of Cargo.toml, at its end.
    pub fn manifest(mut self, text: &str) -> Self {
        self.manifest.push_str(text);
        self
    }

    /// A file of the package.
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    /// The program that has the package's name.
    pub fn main(self, text: &str) -> Self {
        self.file("src/main.rs", text)
    }

    /// A program beside it.
    pub fn program(self, name: &str, text: &str) -> Self {
        self.file(&format!("src/bin/{name}.rs"), text)
    }

    /// With the release profile.
    pub fn release(mut self) -> Self {
        self.release = true;
        self
    }

    /// For another target, or otherwise than usual.
    pub fn platform(mut self, platform: Platform) -> Self {
        self.platform = Some(platform);
        self
    }

    /// Builds it once; see [`Package::build`].
    pub fn build(&self, target: &str) -> Built {
        self.lay().build(target)
    }

    /// Writes the package into a folder of its own, where it can be built and changed.
    pub fn lay(&self) -> Package {
        let package = Package {
            folder: tempfile::tempdir().expect("a temporary folder"),
            release: self.release,
            platform: self.platform.clone(),
        };
        package.change(
            "Cargo.toml",
            &format!(
                "[package]\nname = {:?}\nedition = {:?}\n\n[workspace]\n\n[dependencies]\n{}\n{}",
                self.name, self.edition, self.dependencies, self.manifest
            ),
        );
        let lock = fs::read_to_string(Path::new(WORKSPACE).join("Cargo.lock"));
        package.change("Cargo.lock", &lock.expect("the workspace's Cargo.lock"));
        for (path, text) in &self.files {
            package.change(path, text);
        }
        package
    }
}

/// A package in a folder, which goes with it.
pub struct Package {
    folder: TempDir,
    release: bool,
    platform: Option<Platform>,
}

impl Package {
    /// Writes one of its files.
    pub fn change(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("inside the package")).expect("a folder");
        fs::write(path, text).expect("a file of the package");
    }

    /// Builds offline, with what the workspace has locked. `target` is the caller's `env!("CARGO_TARGET_TMPDIR")`: the dependencies
    /// are built there once for all packages.
    pub fn build(&self, target: &str) -> Built {
        let target = Path::new(target).join("user-crates");
        let mut cargo =
            Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
        cargo
            .current_dir(self.folder.path())
            .args(["build", "--color=never"])
            .args(self.release.then_some("--release"))
            .env("CARGO_TARGET_DIR", &target)
            // What the outer cargo was told about the tests isn't meant for a user's package.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        let mut folder = target.clone();
        if let Some(platform) = &self.platform {
            cargo
                .args(["--target", &platform.triple])
                .args(&platform.arguments)
                .env(platform.variable("RUSTFLAGS"), &platform.rustflags)
                .envs(platform.environment.iter().cloned());
            folder.push(&platform.triple);
        }
        if !self.platform.as_ref().is_some_and(|it| it.online) {
            cargo.arg("--offline");
        }
        let ran = program::run(cargo);
        let profile = if self.release { "release" } else { "debug" };
        let built = ran.end == End::Exited(0);
        Built {
            programs: built.then(|| folder.join(profile)),
            messages: ran.stderr,
        }
    }
}
