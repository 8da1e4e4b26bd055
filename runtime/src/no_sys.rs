//! In place of `sys.rs` on targets without seccomp, so that editors and docs work there: every call answers ENOSYS.

use core::ffi::{CStr, c_int};
use core::mem::MaybeUninit;

use crate::errno::Returned;
use crate::load::Interface;
use crate::{Errno, Flags, Instruction};

pub(crate) const SUPPORTED: bool = false;

/// The numbers of Linux's generic table: they are never passed to a kernel here.
pub(crate) mod errno {
    pub(crate) const EPERM: i32 = 1;
    pub(crate) const ENOENT: i32 = 2;
    pub(crate) const ESRCH: i32 = 3;
    pub(crate) const EINTR: i32 = 4;
    pub(crate) const ENOMEM: i32 = 12;
    pub(crate) const EACCES: i32 = 13;
    pub(crate) const EFAULT: i32 = 14;
    pub(crate) const EBUSY: i32 = 16;
    pub(crate) const EINVAL: i32 = 22;
    pub(crate) const EISDIR: i32 = 21;
    pub(crate) const EMFILE: i32 = 24;
    pub(crate) const ENOSYS: i32 = 38;
    pub(crate) const EOPNOTSUPP: i32 = 95;
}

const NO_CALL: Errno = match Errno::new(errno::ENOSYS) {
    Some(errno) => errno,
    None => panic!("an errno that is 0"),
};

/// No number is a system call here.
pub(crate) mod nr {
    use core::ffi::c_long;

    pub(crate) const CLOSE: c_long = -1;
    #[cfg(all(feature = "std", unix))]
    pub(crate) const EXECVE: c_long = -1;
    pub(crate) const OPENAT: c_long = -1;
    pub(crate) const PRCTL: c_long = -1;
    pub(crate) const READ: c_long = -1;
    pub(crate) const RT_SIGACTION: c_long = -1;
    pub(crate) const RT_SIGPROCMASK: c_long = -1;
    pub(crate) const SECCOMP: c_long = -1;
    pub(crate) const UNSHARE: c_long = -1;
    pub(crate) const WRITE: c_long = -1;
}

/// Nothing is installed here, so there is nothing to keep.
pub(crate) struct Once<T>(core::marker::PhantomData<fn() -> T>);

impl<T> Once<T> {
    pub(crate) const fn new() -> Once<T> {
        Once(core::marker::PhantomData)
    }

    pub(crate) fn set(&self, _: &T) {}

    pub(crate) fn get(&self) -> Option<T> {
        None
    }
}

pub(crate) const AT_FDCWD: c_int = -100;
pub(crate) const CLONE_PARENT: c_int = 0;
pub(crate) const CLONE_THREAD: c_int = 0;
pub(crate) const O_RDONLY: c_int = 0;
pub(crate) const O_WRONLY: c_int = 1;
pub(crate) const O_CLOEXEC: c_int = 0;
pub(crate) const SIGSYS: c_int = 31;
pub(crate) const SIG_SETMASK: c_int = 2;

pub(crate) fn load(_: Interface, _: Flags, _: Option<&[Instruction]>) -> Returned {
    Returned::ENOSYS
}

pub(crate) fn get_action_avail(_: u32) -> Returned {
    Returned::ENOSYS
}

pub(crate) fn set_no_new_privs() -> Returned {
    Returned::ENOSYS
}

pub(crate) fn get_no_new_privs() -> Returned {
    Returned::ENOSYS
}

pub(crate) fn unshare(_: c_int) -> Returned {
    Returned::ENOSYS
}

pub(crate) struct File(core::convert::Infallible);

impl File {
    pub(crate) fn open(_: &CStr, _: c_int) -> Result<File, Errno> {
        Err(NO_CALL)
    }

    pub(crate) fn read(&self, _: &mut [u8]) -> Result<usize, Errno> {
        match self.0 {}
    }

    pub(crate) fn write(&self, _: &[u8]) -> Result<usize, Errno> {
        match self.0 {}
    }
}

pub(crate) fn write_stderr(_: &[u8]) -> Result<usize, Errno> {
    Err(NO_CALL)
}

pub(crate) fn write_text(_: &[MaybeUninit<u8>]) -> Returned {
    Returned::ENOSYS
}

#[cfg(all(feature = "std", unix))]
pub(crate) fn load_before_exec(
    command: &mut std::process::Command,
    prepared: Result<crate::child::Prepared, crate::Error>,
) {
    // A child that gets no filter must not start: std refuses an argument with a NUL.
    if crate::child::load(&prepared).is_err() {
        command.arg("\0");
    }
}

pub(crate) fn exit(_: c_int) -> ! {
    // An attribute is a compile error on these targets, so nothing gets here; it must still end.
    panic!("seccomptime: this target has no seccomp");
}

#[cfg(all(feature = "std", unix))]
impl Returned {
    /// Nothing is answered here.
    pub(crate) fn result(self) -> Result<c_int, Errno> {
        Err(NO_CALL)
    }
}

/// What listeners call.
#[cfg(all(feature = "std", unix))]
pub(crate) mod listen {
    use core::ffi::{c_int, c_long};
    use std::io;
    use std::os::fd::{BorrowedFd, OwnedFd};

    use super::NO_CALL;
    use crate::Errno;
    use crate::listener::abi::{AddFd, Fits, Notif, Response, Sizes};

    pub(crate) const MSG_NOSIGNAL: c_int = 0;
    pub(crate) const SENDMSG: c_long = -1;

    pub(crate) fn sizes() -> Result<Sizes, Errno> {
        Err(NO_CALL)
    }

    pub(crate) fn receive(_: BorrowedFd<'_>, _: Fits) -> Result<Notif, Errno> {
        Err(NO_CALL)
    }

    pub(crate) fn respond(_: BorrowedFd<'_>, _: Fits, _: Response) -> Result<c_int, Errno> {
        Err(NO_CALL)
    }

    pub(crate) fn id_valid(_: BorrowedFd<'_>, _: u64) -> Result<c_int, Errno> {
        Err(NO_CALL)
    }

    pub(crate) fn add_fd(_: BorrowedFd<'_>, _: AddFd) -> Result<c_int, Errno> {
        Err(NO_CALL)
    }

    pub(crate) fn set_flags(_: BorrowedFd<'_>, _: u64) -> Result<c_int, Errno> {
        Err(NO_CALL)
    }

    pub(crate) struct Polled {
        pub(crate) readable: bool,
        pub(crate) hung_up: bool,
    }

    pub(crate) fn poll(_: BorrowedFd<'_>, _: bool) -> io::Result<Polled> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn read_memory(_: u32, _: usize, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn owned(_: c_int) -> Option<OwnedFd> {
        None
    }

    pub(crate) fn close(fd: OwnedFd) {
        drop(fd);
    }

    #[derive(Clone, Copy)]
    pub(crate) struct Signals(());

    impl Signals {
        pub(crate) fn block() -> io::Result<Signals> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(crate) fn set(&self) -> io::Result<Signals> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    pub(crate) fn send_fd(_: BorrowedFd<'_>, _: BorrowedFd<'_>) -> Result<c_int, Errno> {
        Err(NO_CALL)
    }

    pub(crate) fn receive_fd(_: BorrowedFd<'_>) -> Result<Option<OwnedFd>, Errno> {
        Err(NO_CALL)
    }
}
