//! A machine whose kernel, or what stands before it, answers otherwise: an outer filter, a supervisor, other files in
//! `/proc/sys/kernel/seccomp`, a thread before `main`, in any mixture.

use super::bpf::{Outer, Program};
use super::guarded::EARLY_THREAD;
use super::program::{self, Ran};
use super::supervisor::{self, Answer, Asked};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

/// Where the kernel's lists of actions are.
const FOLDER: &str = "/proc/sys/kernel/seccomp";
const AVAILABLE: &str = "actions_avail";
const LOGGED: &str = "actions_logged";

/// A file in place of the kernel's.
#[derive(Clone, Copy)]
pub enum Sysctl {
    /// None.
    Absent,
    /// A file that needs CAP_DAC_OVERRIDE to be read.
    Unreadable,
    /// A folder.
    Folder,
    /// This text.
    Says(&'static str),
}

/// What decides in place of the kernel.
pub type Supervisor = fn(&Asked) -> Answer;

/// The machine.
pub struct Machine {
    outer: Outer,
    supervisor: Option<Supervisor>,
    sysctls: Option<TempDir>,
    early_thread: Option<&'static str>,
    full: bool,
    privileged: bool,
}

impl Machine {
    /// This one; programs have the capabilities of the tests.
    pub fn new() -> Self {
        Self {
            outer: Outer::passing(),
            supervisor: None,
            sysctls: None,
            early_thread: None,
            full: false,
            privileged: true,
        }
    }

    /// With rules of an outer filter.
    pub fn outer(mut self, rules: impl FnOnce(Outer) -> Outer) -> Self {
        self.outer = rules(self.outer);
        self
    }

    /// With a supervisor, who is asked where the outer filter says so.
    pub fn supervised(mut self, supervisor: Supervisor) -> Self {
        self.supervisor = Some(supervisor);
        self
    }

    /// With this for the list of the actions that there are; needs CAP_SYS_ADMIN.
    pub fn actions_available(self, file: Sysctl) -> Self {
        self.sysctl(AVAILABLE, file)
    }

    /// With this for the list of the actions that are logged; needs CAP_SYS_ADMIN.
    pub fn actions_logged(self, file: Sysctl) -> Self {
        self.sysctl(LOGGED, file)
    }

    fn sysctl(mut self, name: &str, file: Sysctl) -> Self {
        let folder = self.sysctls.get_or_insert_with(|| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            for name in [AVAILABLE, LOGGED] {
                let text = fs::read(format!("{FOLDER}/{name}")).expect("a kernel since 4.14");
                fs::write(folder.path().join(name), text).expect("a temporary folder");
            }
            folder
        });
        let path = folder.path().join(name);
        match file {
            Sysctl::Absent => fs::remove_file(path),
            Sysctl::Unreadable => fs::set_permissions(path, Permissions::from_mode(0o000)),
            Sysctl::Folder => fs::remove_file(&path).and_then(|()| fs::create_dir(path)),
            Sysctl::Says(text) => fs::write(path, text),
        }
        .expect("a temporary folder");
        self
    }

    /// With a thread that is there before `main`: `bare`, or `filtered`.
    pub fn early_thread(mut self, kind: &'static str) -> Self {
        self.early_thread = Some(kind);
        self
    }

    /// With as many filters on the program as the kernel takes.
    pub fn full(mut self) -> Self {
        self.full = true;
        self
    }

    /// The program runs without capabilities.
    pub fn unprivileged(mut self) -> Self {
        self.privileged = false;
        self
    }

    /// Runs a program to its end.
    pub fn run(self, program: &str) -> Ran {
        let mut command = Command::new(program);
        if let Some(kind) = self.early_thread {
            command.env(EARLY_THREAD, kind);
        }
        // What is done before exec is done in this order.
        if let Some(folder) = &self.sysctls {
            command = program::finding(command, FOLDER, Some(folder.path()));
        }
        let outer = self.outer.build();
        if self.supervisor.is_none() {
            command = program::under(command, outer.clone());
        }
        if self.full {
            command = full(command);
        }
        if !self.privileged {
            command = program::unprivileged(command);
        }
        match self.supervisor {
            Some(supervisor) => supervisor::run(command, &outer, supervisor),
            None => program::run(command),
        }
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

/// The command runs under filters that let everything pass, and leave no room for another.
fn full(mut command: Command) -> Command {
    // The long ones first, so that few are needed.
    let lengths = [4096, 256, 16, 1];
    let programs = Arc::new(lengths.map(Program::of_length));
    // SAFETY: the closure makes system calls only, and allocates nothing.
    unsafe { command.pre_exec(move || programs.iter().try_for_each(until_refused)) };
    command
}

/// Installs a program until there is no room for it.
fn until_refused(program: &Program) -> io::Result<()> {
    loop {
        match program.install() {
            Err(error) if error.raw_os_error() == Some(libc::ENOMEM) => return Ok(()),
            done => done?,
        }
    }
}
