//! What the running kernel can do, and what it logs.
//!
//! ```
//! use seccomptime::{Action, kernel};
//!
//! // Which actions can a filter on this machine use, and which of them end up in the log?
//! let available = kernel::actions_available();
//! println!("log: {}", available.of(Action::Log));
//! match kernel::actions_logged() {
//!     Ok(logged) => println!("logged: {logged}"),
//!     Err(error) => println!("{error}; {}", error.hint()),
//! }
//! ```

use core::ffi::CStr;
use core::fmt;

pub use crate::list::{ActionList, ListError};
use crate::load::Interface;
use crate::sys::{File, O_RDONLY, O_WRONLY};
use crate::{Action, ActionSet, Call, Errno, Flags, own, probe};

/// What is known about an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Answer {
    /// The kernel has it.
    Available,
    /// The kernel lacks it.
    Missing,
    /// Nobody says: another sandbox refuses the question.
    CantTell,
    /// A filter that this process installed earlier would kill it for asking.
    WouldKill,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Answer::Available => "available",
            Answer::Missing => "missing",
            Answer::CantTell => "no telling",
            Answer::WouldKill => "would be killed for asking",
        })
    }
}

/// What is known about each action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Available([Answer; Action::ALL.len()]);

impl Available {
    pub(crate) const NOTHING: Available = Available([Answer::Missing; Action::ALL.len()]);

    pub(crate) const fn with(mut self, action: Action, answer: Answer) -> Available {
        self.0[action as usize] = answer;
        self
    }

    /// What is known about `action`.
    #[must_use]
    pub const fn of(&self, action: Action) -> Answer {
        self.0[action as usize]
    }

    /// The actions that the kernel is known to have.
    #[must_use]
    pub fn actions(&self) -> ActionSet {
        Action::ALL
            .into_iter()
            .filter(|&action| self.of(action) == Answer::Available)
            .collect()
    }
}

/// Asks the kernel for each action, through seccomp(2).
///
/// The kernels before 4.14, and gVisor, can't be asked: there `kill_process`, `log` and `notify` are missing, and the others are
/// available where filters are.
#[must_use]
pub fn actions_available() -> Available {
    let filters = own::check(own::flag_bit(Flags::NONE))
        .and_then(|()| Interface::for_flags(Flags::NONE))
        .map(|_| Answer::Available);
    Available(Action::ALL.map(|action| match probe::ask(action).0 {
        Answer::Missing if !probe::LATER.contains(&action) => filters.unwrap_or(Answer::Missing),
        answer => answer,
    }))
}

/// The actions that `/proc/sys/kernel/seccomp/actions_avail` lists, the strictest first.
///
/// # Errors
///
/// [`Error::File`] where it can't be read, such as before Linux 4.14; [`Error::WouldKill`].
pub fn actions_avail() -> Result<ActionList, Error> {
    read_list(Sysctl::ActionsAvail)
}

/// The actions that the kernel logs, from `/proc/sys/kernel/seccomp/actions_logged`.
///
/// Which calls that means in the end says [`will_be_logged`](crate::will_be_logged).
///
/// # Errors
///
/// [`Error::File`] where it can't be read, such as before Linux 4.14; [`Error::WouldKill`].
pub fn actions_logged() -> Result<ActionList, Error> {
    read_list(Sysctl::ActionsLogged)
}

/// Sets the actions that the kernel logs, for the whole machine, and returns what it then holds.
///
/// The kernel stores half of a list with two spaces in a row and says nothing; here such a list is an error, and what was
/// stored is read back.
///
/// # Errors
///
/// - [`Error::List`]: `allow`, which the kernel never logs, or a name that the kernel doesn't know;
/// - [`Error::File`]: it can't be written (without CAP_SYS_ADMIN: EACCES or EPERM) or read back;
/// - [`Error::NotStored`]: the kernel holds something else than what was written;
/// - [`Error::WouldKill`].
pub fn set_actions_logged(list: &ActionList) -> Result<ActionList, Error> {
    let known = actions_avail();
    let known = known.as_ref().map_or(ActionList::KNOWN, ActionList::as_str);
    list.check_loggable(known).map_err(Error::List)?;
    write(Sysctl::ActionsLogged, list)?;
    let stored = actions_logged()?;
    if stored.same_names(list) {
        Ok(stored)
    } else {
        Err(Error::NotStored)
    }
}

/// A file of `/proc/sys/kernel/seccomp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sysctl {
    /// The actions that the kernel has.
    ActionsAvail,
    /// The actions that it logs.
    ActionsLogged,
}

impl Sysctl {
    const fn c_path(self) -> &'static CStr {
        match self {
            Sysctl::ActionsAvail => c"/proc/sys/kernel/seccomp/actions_avail",
            Sysctl::ActionsLogged => c"/proc/sys/kernel/seccomp/actions_logged",
        }
    }

    /// The file's path.
    #[must_use]
    pub const fn path(self) -> &'static str {
        // All of them are ASCII.
        match self.c_path().to_str() {
            Ok(path) => path,
            Err(_) => "",
        }
    }
}

impl fmt::Display for Sysctl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.path())
    }
}

/// Why a file of `/proc/sys/kernel/seccomp` couldn't be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The kernel refuses it.
    #[non_exhaustive]
    File {
        /// The file.
        file: Sysctl,
        /// What was called.
        call: Call,
        /// What it answered.
        errno: Errno,
    },
    /// A filter that this process installed earlier would kill it for the call, so it wasn't made.
    #[non_exhaustive]
    WouldKill {
        /// What wasn't called.
        call: Call,
    },
    /// A list of actions that the kernel would refuse, or store in part.
    List(ListError),
    /// `actions_logged` was written, and holds something else.
    NotStored,
}

impl Error {
    /// What the kernel answered.
    #[must_use]
    pub const fn errno(&self) -> Option<Errno> {
        match *self {
            Error::File { errno, .. } => Some(errno),
            _ => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match *self {
            Error::File {
                errno: Errno::ENOENT,
                ..
            } => "it takes Linux 4.14, and /proc mounted",
            Error::File { .. } => "everybody may read it, writing takes CAP_SYS_ADMIN",
            Error::WouldKill { .. } => "look before the policy is installed",
            Error::List(_) => "write the kernel's names, one space between two, without `allow`",
            Error::NotStored => "somebody else may have written it at the same time: try again",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::File { file, call, errno } => write!(f, "{call} of {file} answered {errno}"),
            Error::WouldKill { call } => write!(f, "{}{call}", crate::error::WOULD_KILL),
            Error::List(error) => error.fmt(f),
            Error::NotStored => {
                write!(
                    f,
                    "{} was written and holds something else",
                    Sysctl::ActionsLogged
                )
            }
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Error::File { errno, .. } => Some(errno),
            Error::List(error) => Some(error),
            _ => None,
        }
    }
}

/// The kind is that of the errno; the error itself is kept inside.
#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::List(_) => std::io::ErrorKind::InvalidInput,
            _ => crate::errno::kind(error.errno()),
        };
        std::io::Error::new(kind, error)
    }
}

/// Room for more than any list of actions has.
const BUFFER: usize = 512;

/// Reads a file of `/proc`, as far as `buffer` has room, and gives the length; or the call that failed, and its answer: none where
/// it wasn't made, since an earlier filter would have killed for it.
#[inline(never)]
pub(crate) fn read_start(path: &CStr, buffer: &mut [u8]) -> Result<usize, (Call, Option<Errno>)> {
    for call in [Call::Open, Call::Read] {
        if own::kills_for(call) {
            return Err((call, None));
        }
    }
    let open = File::open(path, O_RDONLY).map_err(|errno| (Call::Open, Some(errno)))?;
    // One read: the kernel makes up such a file as a whole, and no signal comes between.
    open.read(buffer).map_err(|errno| (Call::Read, Some(errno)))
}

fn read(file: Sysctl, buffer: &mut [u8; BUFFER]) -> Result<&[u8], Error> {
    let length = read_start(file.c_path(), buffer).map_err(|(call, errno)| match errno {
        Some(errno) => Error::File { file, call, errno },
        None => Error::WouldKill { call },
    })?;
    let text = buffer.get(..length).unwrap_or_default();
    if text.len() > ActionList::ROOM {
        return Err(Error::List(ListError::TooLong));
    }
    Ok(text)
}

fn read_list(file: Sysctl) -> Result<ActionList, Error> {
    let mut buffer = [0; BUFFER];
    ActionList::from_kernel(read(file, &mut buffer)?).map_err(Error::List)
}

/// Those of `actions` that `file` lists.
pub(crate) fn read_set(file: Sysctl, actions: ActionSet) -> Result<ActionSet, Error> {
    let mut buffer = [0; BUFFER];
    read(file, &mut buffer).map(|text| listed(text, actions))
}

/// Those of `actions` whose names are in `text`.
pub(crate) fn listed(text: &[u8], actions: ActionSet) -> ActionSet {
    let lists = |action: &Action| has_word(text, action.name().as_bytes());
    actions.iter().filter(lists).collect()
}

#[inline(never)]
fn has_word(text: &[u8], word: &[u8]) -> bool {
    let mut rest = text;
    loop {
        if let Some(after) = rest.strip_prefix(word) {
            if after.first().is_none_or(u8::is_ascii_whitespace) {
                return true;
            }
        }
        let Some(end) = rest.iter().position(u8::is_ascii_whitespace) else {
            return false;
        };
        rest = rest.get(end + 1..).unwrap_or_default();
    }
}

fn write(file: Sysctl, list: &ActionList) -> Result<(), Error> {
    let failed = |call, errno| Error::File { file, call, errno };
    for call in [Call::Open, Call::Write] {
        if own::kills_for(call) {
            return Err(Error::WouldKill { call });
        }
    }
    // One write: the kernel takes each for a list of its own. With the line's end, so that the empty list is a write at all.
    let mut line = [0; ActionList::ROOM + 1];
    let text = list.as_str().as_bytes();
    line[..text.len()].copy_from_slice(text);
    line[text.len()] = b'\n';
    let line = &line[..=text.len()];
    let open = File::open(file.c_path(), O_WRONLY).map_err(|errno| failed(Call::Open, errno))?;
    match open.write(line) {
        Ok(written) if written > text.len() => Ok(()),
        Ok(_) => Err(Error::NotStored),
        Err(errno) => Err(failed(Call::Write, errno)),
    }
}
