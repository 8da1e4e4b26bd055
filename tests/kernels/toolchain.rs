//! A Rust for other arches, of Debian's packages: rustc, each arch's std, its C library to link with, and the installed Rust's lld.

use seccomptime_tests::support::apt::{Apt, Source};
use seccomptime_tests::support::harness::Skip;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The release that rustc is taken from: its std is there for other arches too.
const RUSTC_SUITE: &str = "bookworm";

/// An arch that programs are built for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// rustc's name.
    pub triple: &'static str,
    /// Debian's name, and the release of its C library.
    pub source: Source,
    /// The package of gcc's own library; none for this machine's arch, which is linked for as it is.
    pub libgcc: Option<&'static str>,
    /// Whether Debian has a std for that rustc; else std is built too.
    pub has_std: bool,
}

/// The programs of the tests, built for another arch.
pub struct Programs {
    /// The folder of the programs.
    pub folder: PathBuf,
    /// The live tests and those of the sets, where they were built too.
    pub tests: Option<[PathBuf; 2]>,
}

impl Target {
    /// Fetches what it takes, and builds the programs, and the tests where they are wanted. What can't be fetched is a skip, what
    /// can't be built an error.
    pub fn build(&self, cache: &Path, tests: bool) -> Result<Result<Programs, String>, Skip> {
        let rustc = self.rustc(cache)?;
        let linker = match self.libgcc {
            Some(libgcc) => Some(self.linker(cache, libgcc)?),
            None => None,
        };
        Ok(self.cargo(cache, &rustc, linker.as_deref(), tests))
    }

    /// A script that runs rustc with the libraries that lie beside it.
    fn rustc(&self, cache: &Path) -> Result<PathBuf, Skip> {
        let root = cache.join("rustc");
        let source = Source {
            suite: RUSTC_SUITE,
            arch: "amd64",
        };
        let mut apt = Apt::open(cache, source)?;
        let mut packages = apt.follow("rustc-web", &["libstd-rust-web", "libllvm"])?;
        packages.push("libstd-rust-web-dev".to_owned());
        apt.unpack(&packages, &root)?;
        let arch = if self.has_std {
            self.source.arch
        } else {
            "amd64"
        };
        let (package, part) = if self.has_std {
            (format!("libstd-rust-web-dev:{arch}"), self.triple)
        } else {
            ("rust-web-src".to_owned(), "src")
        };
        let beside = cache.join("std").join(self.source.arch);
        let source = Source {
            suite: RUSTC_SUITE,
            arch,
        };
        Apt::open(cache, source)?.unpack(&[package], &beside)?;
        let part = Path::new("usr/lib/rustlib").join(part);
        let (from, to) = (beside.join(&part), root.join(&part));
        if !to.exists() {
            std::os::unix::fs::symlink(&from, &to).map_err(io)?;
        }
        let llvm = find(&root.join("usr/lib"), "libLLVM*", 2)?;
        let libraries = [root.join("usr/lib/x86_64-linux-gnu"), llvm];
        script(
            &root.join("rustc"),
            &format!(
                "LD_LIBRARY_PATH={}:{} exec {}/usr/bin/rustc \"$@\"",
                libraries[0].display(),
                libraries[1].display(),
                root.display()
            ),
        )
    }

    /// A script that links as a C compiler would, statically.
    fn linker(&self, cache: &Path, libgcc: &str) -> Result<PathBuf, Skip> {
        let arch = self.source.arch;
        let root = cache.join("libc").join(arch);
        let packages = ["libc6-dev", libgcc].map(|package| format!("{package}:{arch}"));
        Apt::open(cache, self.source)?.unpack(&packages, &root)?;
        let c = find(&root.join("usr/lib"), "crt1.o", 2)?;
        let gcc = find(&root.join("usr/lib/gcc"), "crtbeginT.o", 3)?;
        let (c, gcc, root_) = (c.display(), gcc.display(), root.display());
        // rustc names the flavour itself where it takes the linker for lld. Objects of riscv64 have more labels than code.
        script(
            &root.join("ld"),
            &format!(
                "[ \"$1\" = -flavor ] && shift 2\nexec {} -flavor gnu --discard-locals --sysroot={root_} -L{c} -L{gcc} {c}/crt1.o {c}/crti.o \
                 {gcc}/crtbeginT.o \"$@\" --start-group -lgcc -lgcc_eh -lc --end-group {gcc}/crtend.o {c}/crtn.o",
                lld()?.display()
            ),
        )
    }

    /// Runs cargo; the tests are found in what it says it made.
    fn cargo(
        &self,
        cache: &Path,
        rustc: &Path,
        linker: Option<&Path>,
        tests: bool,
    ) -> Result<Programs, String> {
        let target = cache.join("build");
        let mut cargo = self.cargo_command(rustc, linker);
        cargo.env("CARGO_TARGET_DIR", &target);
        cargo.args(match tests {
            true => &["test", "--no-run", "--test", "live", "--test", "sets"][..],
            false => &["build", "--bins"],
        });
        cargo.args([
            "--quiet",
            "--locked",
            "--message-format=json-render-diagnostics",
        ]);
        cargo.args(["--target", self.triple]);
        if !self.has_std {
            cargo.arg("-Zbuild-std=std,panic_unwind");
        }
        let output = cargo.output().map_err(|error| format!("cargo: {error}"))?;
        if !output.status.success() {
            let messages = String::from_utf8_lossy(&output.stderr);
            return Err(format!("the build failed\n{messages}"));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let named = |line: &'_ str| {
            let (_, path) = line.split_once("\"executable\":\"")?;
            path.split_once('"').map(|(path, _)| PathBuf::from(path))
        };
        let executables: Vec<PathBuf> = text.lines().filter_map(named).collect();
        let test = |name: &str| {
            let is_it = |path: &&PathBuf| {
                path.file_name()
                    .is_some_and(|file| file.to_string_lossy().starts_with(name))
            };
            executables
                .iter()
                .find(is_it)
                .cloned()
                .ok_or_else(|| format!("cargo named no {name}\n{text}"))
        };
        Ok(Programs {
            folder: target.join(self.triple).join("debug"),
            // Their names go on with a hash.
            tests: match tests {
                true => Some([test("live-")?, test("sets-")?]),
                false => None,
            },
        })
    }

    /// Cargo for this arch.
    fn cargo_command(&self, rustc: &Path, linker: Option<&Path>) -> Command {
        let triple = self.triple.to_uppercase().replace('-', "_");
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("RUSTC", rustc)
            // Programs small enough to be loaded into memory whole, with the symbols that backtraces show.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_DEV_STRIP", "debuginfo")
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        let mut flags = "-Ctarget-feature=+crt-static -Crelocation-model=static".to_owned();
        if let Some(linker) = linker {
            flags.push_str(" -Clinker-flavor=ld.lld");
            cargo.env(format!("CARGO_TARGET_{triple}_LINKER"), linker);
        }
        cargo.env(format!("CARGO_TARGET_{triple}_RUSTFLAGS"), flags);
        if !self.has_std {
            // Building std takes an option of cargo's that isn't stable. Not optimised at all it is many times as large and as slow, which
            // an emulator makes minutes of.
            cargo.env("RUSTC_BOOTSTRAP", "1");
            cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
        }
        cargo
    }
}

/// The linker that the installed Rust comes with.
fn lld() -> Result<PathBuf, Skip> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output();
    let output = output.map_err(|error| Skip::because(format!("rustc: {error}")))?;
    let sysroot = String::from_utf8_lossy(&output.stdout);
    let lld = Path::new(sysroot.trim()).join("lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld");
    if lld.exists() {
        Ok(lld)
    } else {
        Err(Skip::because("the installed Rust comes without lld"))
    }
}

/// The folder, at most `depth` below `folder`, with a file of this name; a `*` at its end stands for anything.
pub fn find(folder: &Path, name: &str, depth: usize) -> Result<PathBuf, Skip> {
    search(folder, name, depth)
        .ok_or_else(|| Skip::because(format!("no {name} below {}", folder.display())))
}

fn search(folder: &Path, name: &str, depth: usize) -> Option<PathBuf> {
    let entries: Vec<_> = fs::read_dir(folder).ok()?.flatten().collect();
    let is_it = |found: &OsStr| {
        let found = found.to_string_lossy();
        match name.strip_suffix('*') {
            Some(start) => found.starts_with(start),
            None => found == name,
        }
    };
    if entries.iter().any(|entry| is_it(&entry.file_name())) {
        return Some(folder.to_owned());
    }
    let folders = entries
        .iter()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders
        .filter(|_| depth > 0)
        .find_map(|entry| search(&entry.path(), name, depth - 1))
}

fn script(path: &Path, text: &str) -> Result<PathBuf, Skip> {
    let text = format!("#!/bin/sh\n{text}\n");
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        // Written anew it would be newer, and cargo would build all again.
        return Ok(path.to_owned());
    }
    fs::write(path, text).map_err(io)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(io)?;
    Ok(path.to_owned())
}

fn io(error: std::io::Error) -> Skip {
    Skip::because(error.to_string())
}
