//! Debian packages unpacked into folders of their own: apt with its own state, so nothing is installed on this machine and none of
//! its lists change. Where the packages come from is what this machine's apt is set up with.

use super::harness::Skip;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Debian that the tools come from; others may lack their libraries.
const HOST: &str = "bookworm";
/// How often an index is tried for: a mirror that is being updated contradicts itself for a while. apt itself doesn't try again, and
/// not for long, so that where there is no network that is soon known.
const TRIES: usize = 3;

/// One release of Debian, and the arches whose packages are wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Source {
    /// The release, such as `bookworm`.
    pub suite: &'static str,
    /// Debian's name of the arch, such as `arm64`.
    pub arch: &'static str,
}

/// A release's packages.
pub struct Apt {
    config: PathBuf,
    fresh: bool,
}

impl Apt {
    /// Sets apt up under `cache`. The index is fetched when it isn't there yet.
    pub fn open(cache: &Path, source: Source) -> Result<Self, Skip> {
        let folder = cache
            .join("apt")
            .join(format!("{}-{}", source.suite, source.arch));
        let mut apt = Self {
            config: folder.join("apt.conf"),
            fresh: false,
        };
        let there = folder.join("updated");
        if !there.exists() {
            lay(&folder, source)?;
            apt.update()?;
            write(&there, "")?;
        }
        Ok(apt)
    }

    fn update(&mut self) -> Result<(), Skip> {
        self.fresh = true;
        // Without this, apt-get calls an index that it couldn't fetch a warning.
        self.retry(
            "apt-get",
            &["update", "-qq", "-o", "APT::Update::Error-Mode=any"],
        )?;
        Ok(())
    }

    /// The packages that `package` depends on whose names start with one of `prefixes`, and theirs, after it itself.
    pub fn follow(&self, package: &str, prefixes: &[&str]) -> Result<Vec<String>, Skip> {
        let mut found = vec![package.to_owned()];
        let mut seen: BTreeSet<String> = found.iter().cloned().collect();
        let mut next = 0;
        while next < found.len() {
            let text = self.run("apt-cache", &["show", "--no-all-versions", &found[next]])?;
            let arch = found[next].split_once(':').map(|(_, arch)| arch.to_owned());
            for name in dependencies(&text) {
                let name = match &arch {
                    Some(arch) => format!("{name}:{arch}"),
                    None => name.to_owned(),
                };
                if prefixes.iter().any(|prefix| name.starts_with(prefix))
                    && seen.insert(name.clone())
                {
                    found.push(name);
                }
            }
            next += 1;
        }
        Ok(found)
    }

    /// Unpacks these packages alone.
    pub fn unpack(&mut self, packages: &[String], into: &Path) -> Result<(), Skip> {
        let debs = into.join(".debs");
        let arguments: Vec<&str> = packages.iter().map(String::as_str).collect();
        self.unpack_fetched(
            into,
            &debs,
            &[&["download", "-qq"], &arguments[..]].concat(),
        )
    }

    /// Unpacks these packages and what they need that this machine lacks.
    pub fn unpack_with_dependencies(&mut self, packages: &[&str], into: &Path) -> Result<(), Skip> {
        let debs = into.join(".debs");
        let archives = format!("Dir::Cache::archives={}", debs.display());
        fs::create_dir_all(debs.join("partial")).map_err(because)?;
        let install = [
            "install",
            "-qq",
            "--download-only",
            "--no-install-recommends",
            "-y",
        ];
        let into_archives = ["-o", archives.as_str()];
        self.unpack_fetched(
            into,
            &debs,
            &[&install[..], &into_archives, packages].concat(),
        )
    }

    fn unpack_fetched(&mut self, into: &Path, debs: &Path, arguments: &[&str]) -> Result<(), Skip> {
        let done = into.join(".unpacked");
        if done.exists() {
            return Ok(());
        }
        fs::create_dir_all(debs).map_err(because)?;
        let fetch = |apt: &Self| apt.run_in(debs, "apt-get", arguments);
        if let Err(skip) = fetch(self) {
            // An index from long ago names packages that are gone.
            if self.fresh {
                return Err(skip);
            }
            self.update()?;
            fetch(self)?;
        }
        for entry in fs::read_dir(debs).map_err(because)? {
            let path = entry.map_err(because)?.path();
            if path.extension().is_some_and(|extension| extension == "deb") {
                let mut dpkg = Command::new("dpkg");
                output(dpkg.arg("-x").arg(&path).arg(into))?;
            }
        }
        fs::remove_dir_all(debs).map_err(because)?;
        write(&done, "")
    }

    fn retry(&self, program: &str, arguments: &[&str]) -> Result<String, Skip> {
        let mut answer = self.run(program, arguments);
        for _ in 1..TRIES {
            if answer.is_ok() {
                break;
            }
            answer = self.run(program, arguments);
        }
        answer
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<String, Skip> {
        self.run_in(Path::new("/"), program, arguments)
    }

    fn run_in(&self, folder: &Path, program: &str, arguments: &[&str]) -> Result<String, Skip> {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .args(arguments)
            .env("APT_CONFIG", &self.config);
        output(&mut command)
    }
}

/// Writes what apt needs for a state of its own.
fn lay(folder: &Path, source: Source) -> Result<(), Skip> {
    for sub in ["lists/partial", "archives/partial"] {
        fs::create_dir_all(folder.join(sub)).map_err(because)?;
    }
    let mirror = mirror()?;
    let arch = source.arch;
    let line = |suite: &str| format!("deb [arch={arch}] {mirror} {suite} main\n");
    let mut sources = line(source.suite);
    if let Some((base, _)) = source.suite.split_once('-') {
        sources.push_str(&line(base));
    }
    write(&folder.join("sources.list"), &sources)?;
    let installed = fs::read_to_string("/var/lib/dpkg/status").map_err(because)?;
    write(&folder.join("status"), &without_tools(&installed))?;
    let (folder, suite) = (folder.display(), source.suite);
    write(
        Path::new(&format!("{folder}/apt.conf")),
        &format!(
            "Dir::State \"{folder}\";\nDir::State::status \"{folder}/status\";\nDir::Cache \"{folder}\";\n\
             Dir::Etc::sourcelist \"{folder}/sources.list\";\nDir::Etc::sourceparts \"-\";\nDir::Etc::preferencesparts \"-\";\n\
             APT::Default-Release \"{suite}\";\nAPT::Architecture \"amd64\";\nAPT::Architectures {{ \"amd64\"; \"{arch}\"; }};\nAPT::Sandbox::User \"\";\n\
             Acquire::Retries \"0\";\nAcquire::http::Timeout \"20\";\nAcquire::https::Timeout \"20\";\n\
             Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\nAcquire::Languages \"none\";\n"
        ),
    )
}

/// The packages whose files are used from where they are unpacked, so that it doesn't count whether they are installed.
const TOOLS: [&str; 2] = ["qemu-", "runsc"];

/// The packages that this machine has, without the tools.
fn without_tools(status: &str) -> String {
    let is_tool = |package: &&str| {
        let name = package.strip_prefix("Package: ").unwrap_or_default();
        TOOLS.iter().any(|tool| name.starts_with(tool))
    };
    let kept: Vec<&str> = status
        .split("\n\n")
        .filter(|package| !is_tool(package))
        .collect();
    kept.join("\n\n")
}

/// Where this machine's apt gets Debian from.
fn mirror() -> Result<String, Skip> {
    let release = fs::read_to_string("/etc/os-release").map_err(because)?;
    if !release
        .lines()
        .any(|line| line == format!("VERSION_CODENAME={HOST}"))
    {
        return Err(Skip::because(format!("needs Debian {HOST}")));
    }
    // With no lists, so that all of the addresses are printed.
    let text = output(Command::new("apt-get").args([
        "update",
        "--print-uris",
        "-o",
        "Dir::State::lists=/nonexistent",
    ]))?;
    let end = format!("/dists/{HOST}/InRelease'");
    let found = text.lines().find_map(|line| {
        line.strip_prefix('\'')?
            .split_once(&end)
            .map(|(base, _)| base)
    });
    found
        .map(str::to_owned)
        .ok_or_else(|| Skip::because("apt is set up with no source of Debian's packages"))
}

/// The names in the `Depends` of a package.
fn dependencies(text: &str) -> impl Iterator<Item = &str> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Depends: "))
        .unwrap_or_default();
    line.split([',', '|'])
        .filter_map(|name| name.split_whitespace().next())
}

/// What a command printed; a skip with its own words where it fails.
fn output(command: &mut Command) -> Result<String, Skip> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| Skip::because(format!("{name}: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text
        .lines()
        .find(|line| line.starts_with("E:"))
        .or(text.lines().last())
        .unwrap_or_default();
    Err(Skip::because(format!(
        "{name} failed: {}",
        without_addresses(line)
    )))
}

/// The words of a line that name no address.
fn without_addresses(line: &str) -> String {
    let kept: Vec<&str> = line
        .split_whitespace()
        .filter(|word| !word.contains("://"))
        .collect();
    kept.join(" ")
}

fn because(error: std::io::Error) -> Skip {
    Skip::because(error.to_string())
}

fn write(path: &Path, text: &str) -> Result<(), Skip> {
    fs::write(path, text).map_err(|error| Skip::because(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_names_alone() {
        let text = "Package: linux-image\nDepends: dracut | initramfs-tools (>= 0.120), linux-binary-7 (= 7.2-1)\nSize: 3\n";
        let names: Vec<_> = dependencies(text).collect();
        assert_eq!(names, ["dracut", "initramfs-tools", "linux-binary-7"]);
        assert_eq!(dependencies("Package: alone\n").count(), 0);
    }

    #[test]
    fn an_installed_tool_does_not_count() {
        let status = "Package: gcc\nVersion: 1\n\nPackage: qemu-system-x86\nVersion: 2\n\nPackage: libc6\nVersion: 3\n";
        assert_eq!(
            without_tools(status),
            "Package: gcc\nVersion: 1\n\nPackage: libc6\nVersion: 3\n"
        );
    }

    #[test]
    fn a_reason_names_no_address() {
        assert_eq!(
            without_addresses("E: Failed to fetch http://h/x.deb  404"),
            "E: Failed to fetch 404"
        );
    }
}
