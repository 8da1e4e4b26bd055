use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Output};

use crate::child::{self, Prepared};
use crate::{Error, Policy, Status, sys};

/// Filters for the programs that [`Command`] starts.
///
/// ```
/// # #[cfg(all(feature = "macros", target_os = "linux"))] {
/// use std::process::Command;
/// use seccomptime::{CommandExt, Policy, policy};
///
/// static NO_NETWORK: Policy = policy!(
///     allow(@program-start, @rust-main, @stdio, @files-read),
///     errno(EACCES: socket),
/// );
///
/// let status = Command::new("/bin/true").seccomp(&NO_NETWORK).status()?;
/// assert!(status.success());
/// # }
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait CommandExt: sealed::Sealed {
    /// Puts `policy` in force in the child alone, just before `exec`: this process goes on without it.
    ///
    /// The kernel is asked here and now, and what it lacks is replaced as the policy declares: all that the child then does is
    /// to set no_new_privs and load the filter, without an allocation or a lock, so that it works in a process with threads. What
    /// goes wrong comes out of [`spawn`](FilteredCommand::spawn), `status` and `output`, and the program isn't started: an
    /// [`io::Error`] with an [`Error`] inside where these are called on what this returns, before there is a child where the policy
    /// itself is at fault or the kernel lacks something. Called on the [`Command`] itself they give the errno alone, for that is all
    /// that std hands on from a child.
    ///
    /// What a policy for a child has to allow:
    /// - `execve`: where it is denied that is an error ([`ErrorKind::DeniesExec`](crate::ErrorKind::DeniesExec));
    /// - what the program calls before its `main`, the dynamic loader included: `@program-start`, which has `execve` as well;
    /// - what it does, and how it ends: for a Rust program `@rust-main` and so on;
    /// - `write`: that is how a child says that `exec` failed. Without it a program that isn't there is no error of `spawn`, but a
    ///   child that ends by what the policy does with `write`, or by SIGABRT.
    ///
    /// Closures given to [`pre_exec`](std::os::unix::process::CommandExt::pre_exec) later run under the filter; so does a second policy's
    /// load: filters stack, and all but the last need `@install`. Users, groups, the directory and the streams are set before.
    ///
    /// `flags(tsync)` means nothing here (the child has one thread), nor does `on_error`. With `keep_privs` the child needs
    /// CAP_SYS_ADMIN when it loads, after it has changed its user. A handler of SIGSYS doesn't outlive `exec`: `trap` ends the
    /// child.
    ///
    /// As with any such closure std forks, instead of calling posix_spawn: under a policy of its own this process needs what
    /// `@process-spawn` holds for that.
    fn seccomp(&mut self, policy: &Policy) -> FilteredCommand<'_>;
}

impl CommandExt for Command {
    fn seccomp(&mut self, policy: &Policy) -> FilteredCommand<'_> {
        let prepared = Prepared::new(policy);
        sys::load_before_exec(self, prepared);
        FilteredCommand {
            command: self,
            prepared: prepared.map(|it| it.status()),
        }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for std::process::Command {}
}

/// A command whose child gets a filter; what [`CommandExt::seccomp`] returns.
///
/// It is the [`Command`] still, and what isn't here is there. What it adds are errors that say what happened: those of the filter
/// hold an [`Error`], which [`io::Error::get_ref`] gives.
pub struct FilteredCommand<'a> {
    command: &'a mut Command,
    prepared: Result<Status, Error>,
}

// What starts a child is made where it is called: what is in this crate's objects for unwinding is in every program, called or not.
impl FilteredCommand<'_> {
    /// What will be in force in the child, if the kernel takes the filter.
    ///
    /// # Errors
    ///
    /// Why no child will be started: those of [`Policy::install`], and [`ErrorKind::DeniesExec`](crate::ErrorKind::DeniesExec).
    pub fn in_force(&self) -> Result<Status, Error> {
        self.prepared
    }

    /// Adds another policy, of which the stricter answer counts. The first one has to allow `@install`.
    #[must_use]
    pub fn seccomp(self, policy: &Policy) -> Self {
        let FilteredCommand { command, prepared } = self;
        let added = command.seccomp(policy).prepared;
        FilteredCommand {
            command,
            prepared: prepared.and(added),
        }
    }

    /// [`Command::spawn`].
    ///
    /// # Errors
    ///
    /// Those of std's; with an [`Error`] inside, why the filter isn't in force: then the program wasn't started.
    #[inline]
    pub fn spawn(&mut self) -> io::Result<Child> {
        self.start(Command::spawn)
    }

    /// [`Command::status`].
    ///
    /// # Errors
    ///
    /// As [`spawn`](FilteredCommand::spawn).
    #[inline]
    pub fn status(&mut self) -> io::Result<ExitStatus> {
        self.start(Command::status)
    }

    /// [`Command::output`].
    ///
    /// # Errors
    ///
    /// As [`spawn`](FilteredCommand::spawn).
    #[inline]
    pub fn output(&mut self) -> io::Result<Output> {
        self.start(Command::output)
    }

    /// [`exec`](std::os::unix::process::CommandExt::exec), which returns only if it fails. The filter may be in force on the
    /// calling thread then.
    #[inline]
    pub fn exec(&mut self) -> io::Error {
        let started = self.start(|command| Err::<std::convert::Infallible, _>(command.exec()));
        match started {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }

    #[inline]
    fn start<T>(&mut self, start: impl FnOnce(&mut Command) -> io::Result<T>) -> io::Result<T> {
        self.prepared?;
        child::understanding(|| start(self.command))
    }
}

impl Deref for FilteredCommand<'_> {
    type Target = Command;

    fn deref(&self) -> &Command {
        self.command
    }
}

impl DerefMut for FilteredCommand<'_> {
    fn deref_mut(&mut self) -> &mut Command {
        self.command
    }
}

impl fmt::Debug for FilteredCommand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilteredCommand")
            .field("command", &self.command)
            .field("in_force", &self.prepared)
            .finish()
    }
}
