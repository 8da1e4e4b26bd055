//! Processes and panics.

use std::backtrace::Backtrace;
use std::hint::black_box;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::panic::{catch_unwind, set_hook};
use std::process::{Command, Stdio, abort, id};
use std::thread;

use crate::Feature;

pub const FEATURES: &[Feature] = &[
    ("_abort", |_| abort()),
    ("process_id", |_| {
        black_box(id());
        Ok(())
    }),
    ("exec", |_| {
        match Command::new("/nonexistent").exec().kind() {
            io::ErrorKind::NotFound => Ok(()),
            other => Err(other.into()),
        }
    }),
    ("process_spawn_wait", |_| {
        status(&mut Command::new("/bin/true"))
    }),
    ("process_spawn_path", |_| status(&mut Command::new("true"))),
    ("process_spawn_opts", |_| {
        let mut command = Command::new("/bin/true");
        command
            .current_dir("/")
            .env("A", "b")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        command.spawn()?.wait_with_output().map(drop)
    }),
    ("process_kill_trywait", |_| {
        let mut child = Command::new("/bin/cat").stdin(Stdio::piped()).spawn()?;
        child.try_wait()?;
        child.kill()?;
        child.wait().map(drop)
    }),
    ("process_preexec", |_| {
        // A path to search of its own is what posix_spawn can't do: std forks, as it does for closures.
        status(Command::new("true").env("PATH", "/bin:/usr/bin"))
    }),
    ("panic_catch", |_| {
        let caught = catch_unwind(|| panic!("boom"));
        assert!(caught.is_err());
        Ok(())
    }),
    ("panic_silent", |_| {
        set_hook(Box::new(|_| {}));
        let caught = catch_unwind(|| panic!("boom"));
        assert!(caught.is_err());
        Ok(())
    }),
    ("panic_thread", |_| {
        let joined = thread::spawn(|| panic!("boom")).join();
        assert!(joined.is_err());
        Ok(())
    }),
    ("panic_unwind_main", |_| panic!("boom")),
    ("panic_backtrace_1", |_| panic!("boom")),
    ("panic_backtrace_full", |_| panic!("boom")),
    ("backtrace_capture", |_| {
        eprintln!("{}", Backtrace::force_capture());
        Ok(())
    }),
    // What the sets of others don't hold.
    ("spawn", |_| status(&mut Command::new("/bin/true"))),
    ("outside", |_| std::os::unix::fs::chroot("/")),
];

fn status(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other("the child failed"))
    }
}
