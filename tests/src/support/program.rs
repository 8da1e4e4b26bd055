//! Programs run as children: to their end, within bounds, with what they printed.

use super::bpf::Program;
use super::checked;
use super::fork::{self, End};
use super::harness::Skip;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::ptr;
use std::sync::Arc;

/// `SECBIT_NOROOT` and its lock (linux/securebits.h): user 0 gains nothing by exec.
const NO_ROOT: libc::c_ulong = 0b11;

/// What a program did.
#[derive(Debug)]
pub struct Ran {
    /// Its process id, which is what records of the log name.
    pub pid: u32,
    /// How it ended.
    pub end: End,
    /// What it printed.
    pub stdout: String,
    /// What it printed for the user.
    pub stderr: String,
}

/// Runs a command to its end.
pub fn run(mut command: Command) -> Ran {
    // Files, not pipes: a pipe's end would be inherited by the children that other tests fork meanwhile.
    let mut stdout = tempfile::tempfile().expect("a temporary file");
    let mut stderr = tempfile::tempfile().expect("a temporary file");
    command
        .stdin(Stdio::null())
        .stdout(stdout.try_clone().expect("dup"))
        .stderr(stderr.try_clone().expect("dup"));
    let mut child = command
        .spawn()
        .unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()));
    let pid = child.id();
    let hung = fork::kill_if_hung(pid.try_into().expect("process ids are small"));
    let end = End::new(hung, child.wait().expect("a child of ours"));
    Ran {
        pid,
        end,
        stdout: text(&mut stdout),
        stderr: text(&mut stderr),
    }
}

/// Runs a command that ends well, having printed these lines.
#[track_caller]
pub fn said(command: Command, lines: &[&str]) {
    let ran = run(command);
    assert_eq!(ran.end, End::Exited(0), "{ran:?}");
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), lines, "{ran:?}");
}

fn text(file: &mut File) -> String {
    let mut text = String::new();
    file.rewind()
        .and_then(|()| file.read_to_string(&mut text))
        .expect("the program prints UTF-8");
    text
}

/// The command runs under this outer filter from its exec on.
pub fn under(mut command: Command, outer: Program) -> Command {
    let outer = Arc::new(outer);
    // SAFETY: the closure makes system calls only, and allocates nothing on the good path.
    unsafe { command.pre_exec(move || outer.install()) };
    command
}

/// The command runs without capabilities, be its user 0.
pub fn unprivileged(mut command: Command) -> Command {
    // SAFETY: the closure makes one system call.
    unsafe { command.pre_exec(without_root) };
    command
}

fn without_root() -> io::Result<()> {
    // SAFETY: five integers.
    match checked(unsafe { libc::prctl(libc::PR_SET_SECUREBITS, NO_ROOT, 0, 0, 0) }) {
        Ok(_) => Ok(()),
        // No right to give capabilities up: there are none.
        Err(error) if error.raw_os_error() == Some(libc::EPERM) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The command finds this file in place of the one at `path`, or where there is none an empty folder in place of the path's folder;
/// needs CAP_SYS_ADMIN.
pub fn finding(mut command: Command, path: &str, file: Option<&Path>) -> Command {
    let c_string = |path: &Path| CString::new(path.as_os_str().as_bytes()).expect("a path");
    let path = Path::new(path);
    let mount = match file {
        Some(file) => Mount {
            source: c_string(file),
            target: c_string(path),
            kind: None,
            flags: libc::MS_BIND,
        },
        None => Mount {
            source: c"none".to_owned(),
            target: c_string(path.parent().expect("not the root")),
            kind: Some(c"tmpfs"),
            flags: 0,
        },
    };
    // SAFETY: the closure makes system calls only; its strings were made before the fork.
    unsafe { command.pre_exec(move || mount.make()) };
    command
}

struct Mount {
    source: CString,
    target: CString,
    kind: Option<&'static CStr>,
    flags: libc::c_ulong,
}

impl Mount {
    /// Mounts for this process alone.
    fn make(&self) -> io::Result<()> {
        let kind = self.kind.map_or(ptr::null(), CStr::as_ptr);
        let private = libc::MS_REC | libc::MS_PRIVATE;
        let (source, target) = (self.source.as_ptr(), self.target.as_ptr());
        // SAFETY: the strings end with 0 and live in `self`; the kernel reads them during the calls.
        unsafe {
            checked(libc::unshare(libc::CLONE_NEWNS))?;
            checked(libc::mount(
                ptr::null(),
                c"/".as_ptr(),
                ptr::null(),
                private,
                ptr::null(),
            ))?;
            checked(libc::mount(source, target, kind, self.flags, ptr::null()))?;
        }
        Ok(())
    }
}

/// `CAP_SYS_ADMIN` (linux/capability.h).
const CAP_SYS_ADMIN: u32 = 21;

/// For tests of what only a privileged process may do.
pub fn needs_sys_admin() -> Result<(), Skip> {
    let status = std::fs::read_to_string("/proc/self/status").expect("procfs");
    let effective = status.lines().find_map(|line| {
        let mask = line.strip_prefix("CapEff:")?.trim();
        u64::from_str_radix(mask, 16).ok()
    });
    if effective.is_some_and(|mask| mask & 1 << CAP_SYS_ADMIN != 0) {
        Ok(())
    } else {
        Err(Skip::because("needs CAP_SYS_ADMIN"))
    }
}
