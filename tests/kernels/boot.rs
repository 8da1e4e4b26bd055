//! Runs a guest and gives what it wrote on its console.

use crate::guests::{Guest, Machine};
use crate::image::Image;
use crate::odd;
use crate::toolchain::{Programs, find};
use seccomptime_tests::guest::{self, CASES};
use seccomptime_tests::support::apt::{Apt, Source};
use seccomptime_tests::support::harness::Skip;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Longer than the slowest guest takes on a busy machine.
const HUNG_AFTER: Duration = Duration::from_secs(900);
/// How long a machine may take to turn itself off.
const OFF_AFTER: Duration = Duration::from_secs(20);

/// The release whose emulators are used.
const QEMU_SUITE: &str = "bookworm-backports";
const EMULATORS: [&str; 6] = [
    "qemu-system-x86",
    "qemu-system-arm",
    "qemu-system-misc",
    "qemu-system-s390x",
    "qemu-user",
    "runsc",
];

/// The emulators, unpacked.
pub struct Emulators {
    root: PathBuf,
}

impl Emulators {
    /// Fetches them, with the libraries that this machine lacks.
    pub fn fetch(cache: &Path) -> Result<Self, Skip> {
        let root = cache.join("emulators");
        let source = Source {
            suite: QEMU_SUITE,
            arch: "amd64",
        };
        Apt::open(cache, source)?.unpack_with_dependencies(&EMULATORS, &root)?;
        Ok(Self { root })
    }

    /// A command that runs one of them.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.root.join("usr/bin").join(name));
        let libraries =
            ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map(|path| self.root.join(path));
        let libraries = std::env::join_paths(libraries).expect("no colon in a path of ours");
        command.env("LD_LIBRARY_PATH", libraries);
        command
    }

    /// Arguments that let qemu find its firmware.
    fn firmware(&self) -> [PathBuf; 2] {
        ["usr/share/qemu", "usr/share/seabios"].map(|path| self.root.join(path))
    }
}

/// What a guest takes.
pub struct Ready {
    pub emulators: Emulators,
    /// The kernel's file, where it is one that an emulator boots.
    pub kernel: Option<PathBuf>,
    pub programs: Programs,
}

/// Runs a guest, and gives what it wrote.
pub fn run(cache: &Path, ready: &Ready, guest: &Guest) -> Result<String, String> {
    let programs = &ready.programs;
    match guest.machine {
        Machine::System { .. } => {
            let image = cache.join(format!("{}.cpio", guest.name));
            pack(programs, &image).map_err(|error| format!("the image: {error}"))?;
            let command = system(ready, guest, &image);
            let console = console_of(command, HUNG_AFTER, &log(cache, guest.name));
            // It is large, and made anew each time; where it stays nothing is wrong.
            fs::remove_file(&image).ok();
            console
        }
        Machine::Gvisor => odd::gvisor(cache, &ready.emulators, programs),
        Machine::User { qemu } => {
            let through = ready.emulators.command(qemu);
            let mut text = format!("{} {qemu}\n", guest::BEGIN);
            for case in CASES {
                let did = case.run(&programs.folder, Some(Path::new(through.get_program())));
                text.push_str(&case.line(&did));
                text.push('\n');
            }
            text.push_str(guest::END);
            text.push('\n');
            fs::write(log(cache, guest.name), &text)
                .map_err(|error| format!("the log: {error}"))?;
            Ok(text)
        }
    }
}

/// The command that boots a machine.
fn system(ready: &Ready, guest: &Guest, image: &Path) -> Command {
    let Machine::System {
        qemu,
        arguments,
        console,
        ..
    } = guest.machine
    else {
        unreachable!("only a machine is booted")
    };
    let mut command = ready.emulators.command(qemu);
    command.args(arguments);
    for folder in ready.emulators.firmware() {
        command.arg("-L").arg(folder);
    }
    command.args(["-m", "1024", "-smp", "2"]);
    command.args(["-nographic", "-no-reboot", "-net", "none"]);
    if let Some(kernel) = &ready.kernel {
        command.arg("-kernel").arg(kernel);
    }
    command.arg("-initrd").arg(image);
    // The last is for a test whose supervisor writes over a program.
    let line = format!("console={console} loglevel=1 panic=-1 proc_mem.force_override=always");
    command.args(["-append", &line]);
    command
}

/// The kernel's file, out of the package that stands for it; none where there is no machine to boot.
pub fn kernel(cache: &Path, guest: &Guest) -> Result<Option<PathBuf>, Skip> {
    let Machine::System {
        kernel: (package, suite),
        ..
    } = guest.machine
    else {
        return Ok(None);
    };
    let arch = guest.target.source.arch;
    let root = cache.join("kernel").join(format!("{package}-{suite}"));
    let mut apt = Apt::open(cache, Source { suite, arch })?;
    let package = match arch {
        "amd64" => package.to_owned(),
        _ => format!("{package}:{arch}"),
    };
    let packages = apt.follow(&package, &["linux-image-", "linux-binary-"])?;
    apt.unpack(&packages, &root)?;
    let folder = find(&root, "vmlinuz*", 4)?;
    let file = fs::read_dir(&folder).ok().and_then(|entries| {
        let mut paths = entries.flatten().map(|entry| entry.path());
        paths.find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("vmlinu"))
        })
    });
    match file {
        Some(file) => Ok(Some(file)),
        None => Err(Skip::because(format!("{package} holds no kernel"))),
    }
}

/// Programs that need the sources, and cargo's own lock.
const NOT_PACKED: [&str; 3] = ["generate", "kernels", ".cargo-lock"];

/// Writes the memory that the kernel starts with: every program where it was built, since tests know the paths of what they run.
fn pack(programs: &Programs, image: &Path) -> std::io::Result<()> {
    let mut archive = Image::default();
    for folder in ["/bin", "/dev", "/proc", "/sys", "/tmp"] {
        archive.folder(Path::new(folder));
    }
    for entry in fs::read_dir(&programs.folder)? {
        let entry = entry?;
        let path = entry.path();
        let is_of_no_use = NOT_PACKED.iter().any(|name| path.ends_with(name));
        if entry.file_type()?.is_file() && path.extension().is_none() && !is_of_no_use {
            archive.program(&path)?;
        }
    }
    if let Some(tests) = &programs.tests {
        for (name, test) in ["/live", "/sets"].into_iter().zip(tests) {
            archive.program(test)?;
            archive.link(name, test);
        }
    }
    for name in ["/init", "/bin/true", "/bin/cat"] {
        archive.link(name, &programs.folder.join("kernel_guest"));
    }
    fs::write(image, archive.build())
}

/// Where what a guest writes is kept.
pub fn log(cache: &Path, name: &str) -> PathBuf {
    cache.join(format!("{name}.log"))
}

/// What the command writes until the guest's last line, or until it ends, which is also written to
/// `log`; an error where it does neither.
pub fn console_of(
    mut command: Command,
    hung_after: Duration,
    log: &Path,
) -> Result<String, String> {
    let mut log = fs::File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    let deadline = Instant::now() + hung_after;
    let (send, lines) = mpsc::channel();
    let send_too = send.clone();
    let (out, err) = (child.stdout.take(), child.stderr.take());
    thread::spawn(move || out.map(|out| forward(out, &send)));
    thread::spawn(move || err.map(|err| forward(err, &send_too)));
    let mut text = String::new();
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                text.push_str(&line);
                text.push('\n');
                // For whoever watches.
                writeln!(log, "{line}").map_err(|error| error.to_string())?;
                if line.trim_end() == guest::END {
                    break;
                }
            }
            // Both ends are closed: it has ended.
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                stop(&mut child, Duration::ZERO);
                return Err(format!("hung, and ended after {} s", hung_after.as_secs()));
            }
        }
    }
    stop(&mut child, OFF_AFTER);
    Ok(text)
}

fn forward(from: impl std::io::Read, to: &mpsc::Sender<String>) {
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        if to.send(line.trim_end_matches('\r').to_owned()).is_err() {
            return;
        }
    }
}

/// Waits for the child's end, and ends it where that takes too long.
fn stop(child: &mut Child, patience: Duration) {
    let deadline = Instant::now() + patience;
    while !matches!(child.try_wait(), Ok(Some(_))) {
        if Instant::now() >= deadline {
            // Both fail only where it has ended.
            child.kill().ok();
            child.wait().ok();
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
}
