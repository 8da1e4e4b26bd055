//! The program of the sets' tests with each libc.

use seccomptime_tests::support::apt::{Apt, Source};
use seccomptime_tests::support::harness::Skip;
use seccomptime_tests::support::under_set::UnderSet;
use seccomptime_tests::support::user_crate::{Platform, UserCrate};
use std::ffi::OsStr;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs, io};

/// The program built as everything here is.
const UNDER_SET: &str = env!("CARGO_BIN_EXE_under_set");

/// Its source.
const FILES: [(&str, &str); 7] = [
    (
        "src/main.rs",
        include_str!("../../src/bin/under_set/main.rs"),
    ),
    (
        "src/files.rs",
        include_str!("../../src/bin/under_set/files.rs"),
    ),
    (
        "src/network.rs",
        include_str!("../../src/bin/under_set/network.rs"),
    ),
    (
        "src/policies.rs",
        include_str!("../../src/bin/under_set/policies.rs"),
    ),
    (
        "src/process.rs",
        include_str!("../../src/bin/under_set/process.rs"),
    ),
    (
        "src/situations.rs",
        include_str!("../../src/bin/under_set/situations.rs"),
    ),
    (
        "src/threads.rs",
        include_str!("../../src/bin/under_set/threads.rs"),
    ),
];

/// Another libc than the one that the tests are linked with.
#[derive(Clone, Copy)]
pub enum Libc {
    /// The same one, in the program.
    StaticGlibc,
    /// Debian's newest, by its own loader; the program is as it was.
    NewestGlibc,
    /// In the program, with a std of its own.
    Musl,
}

/// A program, or why there is none.
type Made = Result<UnderSet, String>;

impl Libc {
    /// The program, made once.
    pub fn program(self) -> Result<UnderSet, Skip> {
        static STATIC: OnceLock<Made> = OnceLock::new();
        static NEWEST: OnceLock<Made> = OnceLock::new();
        static MUSL: OnceLock<Made> = OnceLock::new();
        let (made, make): (_, fn() -> Result<UnderSet, Skip>) = match self {
            Libc::StaticGlibc => (&STATIC, static_glibc),
            Libc::NewestGlibc => (&NEWEST, newest_glibc),
            Libc::Musl => (&MUSL, musl),
        };
        let made = made.get_or_init(|| make().map_err(|Skip(why)| why));
        made.clone().map_err(Skip)
    }
}

/// Where packages and programs are kept.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("drift")
}

fn may_fetch() -> Result<(), Skip> {
    match env::var_os("SECCOMPTIME_FETCH") {
        Some(_) => Ok(()),
        None => Err(Skip::because(
            "fetches packages: SECCOMPTIME_FETCH=1 lets it",
        )),
    }
}

/// `x86_64`, or what it is.
const ARCH: &str = env::consts::ARCH;

/// Debian's name of this arch.
fn debian_arch() -> Result<&'static str, Skip> {
    match ARCH {
        "x86_64" => Ok("amd64"),
        "aarch64" => Ok("arm64"),
        _ => Err(Skip::because(format!("no packages are known for {ARCH}"))),
    }
}

/// Builds the program; what fails here is no skip.
fn build(platform: Platform, name: &str) -> UnderSet {
    let mut package = UserCrate::new("under_set")
        .dependencies("libc = \"0.2\"\nseccomptime = { path = {runtime} }\n")
        .platform(platform);
    for (path, text) in FILES {
        package = package.file(path, text);
    }
    let built = package.build(env!("CARGO_TARGET_TMPDIR"));
    assert!(built.well(), "{}", built.messages);
    // Builds for one target share a folder.
    let kept = cache().join(name);
    fs::create_dir_all(cache()).expect("cargo's folder");
    fs::copy(built.command("under_set").get_program(), &kept).expect("the program was built");
    UnderSet::new(kept)
}

fn static_glibc() -> Result<UnderSet, Skip> {
    if !cfg!(target_env = "gnu") {
        return Err(Skip::because("this libc isn't glibc"));
    }
    let output = Command::new("cc").arg("-print-file-name=libc.a").output();
    let output = output.map_err(|error| Skip::because(format!("cc: {error}")))?;
    // Where there is none its name comes back.
    if !output.stdout.starts_with(b"/") {
        return Err(Skip::because("needs a libc.a, of Debian's libc6-dev"));
    }
    let platform = Platform {
        triple: format!("{ARCH}-unknown-linux-gnu"),
        rustflags: "-Ctarget-feature=+crt-static".to_owned(),
        ..Platform::default()
    };
    Ok(build(platform, "under_set-static"))
}

fn newest_glibc() -> Result<UnderSet, Skip> {
    may_fetch()?;
    let source = Source {
        suite: "sid",
        arch: debian_arch()?,
    };
    let folder = cache().join("libc");
    let mut apt = Apt::open(&cache(), source)?;
    apt.unpack(&["libc6", "libgcc-s1"].map(str::to_owned), &folder)?;
    let libraries = folder.join(format!("usr/lib/{ARCH}-linux-gnu"));
    let loader = find(&libraries, "ld-linux-")?;
    Ok(UnderSet::new(UNDER_SET).through(&loader, &libraries))
}

/// The newest gcc whose unwinder doesn't ask glibc for what musl lacks: its package, and its folder.
const UNWINDER: (&str, &str) = ("libgcc-11-dev", "11");

/// Debian's older rustc, which its std's source is there for, and what links a static program.
fn musl() -> Result<UnderSet, Skip> {
    let arch = debian_arch()?;
    let triple = format!("{ARCH}-unknown-linux-musl");
    let mut platform = Platform {
        triple: triple.clone(),
        ..Platform::default()
    };
    if has_std(&triple)? {
        return Ok(build(platform, "under_set-musl"));
    }
    may_fetch()?;
    let root = cache().join("musl");
    let source = Source {
        suite: "bookworm",
        arch,
    };
    let mut apt = Apt::open(&cache(), source)?;
    let mut packages = apt.follow("rustc-web", &["libstd-rust-web", "libllvm"])?;
    packages.extend(
        [
            "rust-web-src",
            "libstd-rust-web-dev",
            "musl-dev",
            UNWINDER.0,
        ]
        .map(str::to_owned),
    );
    apt.unpack(&packages, &root)?;
    let io = |error: io::Error| Skip::because(error.to_string());
    let libraries = root.join(format!("usr/lib/{ARCH}-linux-gnu"));
    let llvm = fs::read_dir(root.join("usr/lib")).map_err(io)?.flatten();
    let llvm = llvm
        .map(|entry| entry.path().join("lib"))
        .find(|it| find(it, "libLLVM").is_ok());
    let llvm = llvm.unwrap_or_else(|| libraries.clone());
    let rustc = script(
        &root.join("rustc"),
        &format!(
            "LD_LIBRARY_PATH={}:{} exec {}/usr/bin/rustc \"$@\"",
            libraries.display(),
            llvm.display(),
            root.display()
        ),
    )
    .map_err(io)?;
    // It unwinds by gcc's library, under the name that std knows.
    let gcc = root.join(format!("usr/lib/gcc/{ARCH}-linux-gnu/{}", UNWINDER.1));
    let unwind = root.join("libunwind.a");
    if !unwind.exists() {
        symlink(gcc.join("libgcc_eh.a"), &unwind).map_err(io)?;
    }
    let c = root.join(format!("usr/lib/{ARCH}-linux-musl"));
    let (gcc, c) = (gcc.display(), c.display());
    // What gcc's library calls only where it is linked: it takes one of them for a sign of all.
    let wanted = [
        "mutex_lock",
        "mutex_unlock",
        "once",
        "getspecific",
        "setspecific",
    ];
    let wanted = wanted
        .map(|name| format!("-Wl,-u,pthread_{name} "))
        .concat();
    let linker = script(
        &root.join("musl-gcc"),
        &format!(
            "exec cc -nostdlib -static {wanted}{c}/crt1.o {c}/crti.o {gcc}/crtbegin.o \"$@\" -L{gcc} -L{c} \
             -Wl,--start-group -lgcc -lgcc_eh -lc -Wl,--end-group {gcc}/crtend.o {c}/crtn.o"
        ),
    )
    .map_err(io)?;
    platform.rustflags = format!(
        "-Clink-self-contained=no -Crelocation-model=static -L{}",
        root.display()
    );
    platform.arguments = vec!["-Zbuild-std=std,panic_unwind".to_owned()];
    platform.environment = vec![
        ("RUSTC".to_owned(), rustc.into()),
        ("RUSTC_BOOTSTRAP".to_owned(), "1".into()),
        (platform.variable("LINKER"), linker.into()),
    ];
    platform.online = true;
    Ok(build(platform, "under_set-musl"))
}

/// Whether the running toolchain has a std for the target.
fn has_std(triple: &str) -> Result<bool, Skip> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", triple])
        .output();
    let output = output.map_err(|error| Skip::because(format!("rustc: {error}")))?;
    let folder = String::from_utf8_lossy(&output.stdout);
    Ok(Path::new(folder.trim()).is_dir())
}

/// The file of a folder whose name starts so.
fn find(folder: &Path, start: &str) -> Result<PathBuf, Skip> {
    let starts = |name: &OsStr| name.to_string_lossy().starts_with(start);
    let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let found = entries.find(|entry| starts(&entry.file_name()));
    let found =
        found.ok_or_else(|| Skip::because(format!("no {start} in {}", folder.display())))?;
    Ok(found.path())
}

fn script(path: &Path, text: &str) -> io::Result<PathBuf> {
    let text = format!("#!/bin/sh\n{text}\n");
    // Written anew it would be newer, and cargo would build all again.
    if !fs::read_to_string(path).is_ok_and(|old| old == text) {
        fs::write(path, text)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(path.to_owned())
}
