//! A program that opens files through a supervisor, which opens them under one folder alone.
//!
//! ```text
//! one_folder FOLDER FILE …
//! ```
//!
//! The supervisor is this process. It starts itself once more as the program that isn't trusted, with a socket for its stdin, and gets the
//! listener through that. Each time the other opens something, it waits, and the supervisor
//!
//! 1. reads the path out of the other's memory, **once**. Another thread over there can change it a moment later: what counts from now on is
//!    this copy. So it never answers "go on" (`let_through`), for the kernel would read the path again, and find what it likes;
//! 2. opens the file itself, by openat2(2) with `RESOLVE_BENEATH`: no `..`, no absolute path and no symbolic link leads out of the folder, also
//!    where somebody exchanges folders meanwhile;
//! 3. puts the open file into the other process and ends its call with the number, in one step. If the other was interrupted or killed
//!    meanwhile, the answer finds nobody, and nothing is left behind.
//!
//! When the supervisor dies, its listener is closed, and every further open fails with ENOSYS.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use seccomptime::listener::{Listener, Notification, Placement};
use seccomptime::{NotifyPolicy, nr, policy};

/// What the other may do. Reading what is open is no question; what is opened is. `openat2` has its flags in memory and `creat` is there
/// to write: libc does without. The listener leaves through stdin, in one message.
static INSIDE: NotifyPolicy = policy!(
    notify(open, openat),
    errno(ENOSYS: openat2, creat),
    allow(@rust-main, @rust-panic, @stdio, @files-read, sendmsg(fd == 0)),
);

// A name that it can't look up it can't reach otherwise.
const _: () = assert!(INSIDE.policy().decide(nr::EXECVE, [0; 6]).is_denied());
const _: () = assert!(
    INSIDE
        .policy()
        .decide(nr::OPEN_BY_HANDLE_AT, [0; 6])
        .is_denied()
);

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    if folder == "inside" {
        return inside(arguments.map(PathBuf::from));
    }
    let folder = Folder::open(Path::new(&folder))?;
    let (ours, theirs) = UnixStream::pair()?;
    let mut other = Command::new(std::env::current_exe()?)
        .arg("inside")
        .args(arguments)
        .current_dir(&folder.path)
        .stdin(OwnedFd::from(theirs))
        .spawn()?;
    let listener = Listener::recv(&ours)?;
    // Meanwhile: before Linux 6.11 a child that nobody has waited for isn't gone.
    let ended = std::thread::spawn(move || other.wait());
    while let Some(call) = listener.receive()? {
        folder.serve(call)?;
    }
    let status = ended.join().map_err(|_| "waiting panicked")??;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The program that isn't trusted.
fn inside(files: impl Iterator<Item = PathBuf>) -> Result<ExitCode, Box<dyn std::error::Error>> {
    INSIDE.install_and_send(io::stdin())?;
    for file in files {
        match std::fs::read_to_string(&file) {
            Ok(text) => print!("{}: {text}", file.display()),
            Err(error) => println!("{}: {error}", file.display()),
        }
    }
    Ok(ExitCode::SUCCESS)
}

struct Folder {
    path: PathBuf,
    handle: File,
}

impl Folder {
    fn open(path: &Path) -> io::Result<Folder> {
        let path = path.canonicalize()?;
        let handle = File::open(&path)?;
        Ok(Folder { path, handle })
    }

    /// Answers one call. What goes wrong with the file is the other's error, and no end of the supervisor.
    fn serve(&self, call: Notification<'_>) -> io::Result<()> {
        match self.look(&call) {
            Ok(Opened { file, cloexec }) => {
                let lowest = Placement::LOWEST.cloexec(cloexec);
                match call.respond_with_fd(&file, lowest) {
                    // Too many open files over there.
                    Err(error) if error.raw_os_error() == Some(libc::EMFILE) => Ok(()),
                    answered => answered.map(drop),
                }
            }
            Err(error) => {
                let errno = error.raw_os_error().unwrap_or(libc::EACCES);
                call.refuse(errno).map(drop)
            }
        }
    }

    /// Opens what the call asks for.
    fn look(&self, call: &Notification<'_>) -> io::Result<Opened> {
        let refused = || io::Error::from_raw_os_error(libc::EACCES);
        let [first, second, third, ..] = call.args();
        // The kernel takes the lower halves of ints.
        let (folder, path, flags) = if call.is(INSIDE.policy(), nr::OPENAT) {
            (first as i32, second, third as i32)
        } else {
            (libc::AT_FDCWD, first, second as i32)
        };
        let harmless = libc::O_CLOEXEC | libc::O_LARGEFILE | libc::O_NOCTTY | libc::O_NONBLOCK;
        if folder != libc::AT_FDCWD || flags & !harmless != libc::O_RDONLY {
            return Err(refused());
        }
        let path = call.read_string(path, libc::PATH_MAX as usize)?;
        // A path that isn't absolute is the folder's, wherever the other may think it is.
        let path = Path::new(std::ffi::OsStr::from_bytes(path.as_bytes()));
        let path = match path.is_absolute() {
            true => path.strip_prefix(&self.path).map_err(|_| refused())?,
            false => path,
        };
        Ok(Opened {
            file: beneath(&self.handle, path)?,
            cloexec: flags & libc::O_CLOEXEC != 0,
        })
    }
}

struct Opened {
    file: File,
    cloexec: bool,
}

/// Opens for reading what lies in the folder or in one of its folders.
fn beneath(folder: impl AsFd, path: &Path) -> io::Result<File> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: all zeros is a valid `open_how`: read-only, no mode, no restriction.
    let mut how: libc::open_how = unsafe { std::mem::zeroed() };
    // Not to wait: opening a pipe could take for ever.
    how.flags = (libc::O_RDONLY | libc::O_CLOEXEC | libc::O_NONBLOCK) as u64;
    how.resolve = libc::RESOLVE_BENEATH | libc::RESOLVE_NO_MAGICLINKS;
    let folder = folder.as_fd().as_raw_fd();
    let (path, size) = (path.as_ptr(), size_of::<libc::open_how>());
    // SAFETY: the kernel reads a string that ends in NUL and a struct of that size, which live until the call is over.
    let fd = unsafe { libc::syscall(libc::SYS_openat2, folder, path, &raw const how, size) };
    let fd = i32::try_from(fd).map_err(io::Error::other)?;
    if fd == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made it, and nobody else has it.
    Ok(unsafe { File::from_raw_fd(fd) })
}
