//! Every system call of this crate, and all of its `unsafe`.
//!
//! What makes it safe: each function takes what the kernel needs as references and slices that outlive the call, the kernel keeps
//! none of these pointers after it returns, and what it writes it writes into a `&mut` buffer, bounded by that buffer's length.
//! None goes through a libc's own wrappers, so that what is called is known on every libc: a filter that is in force already is
//! asked beforehand what it thinks of exactly these calls.

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_int, c_long, c_ushort};
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicU8, Ordering};

use crate::errno::Returned;
use crate::load::Interface;
use crate::report::{
    self,
    context::{Context, Info},
};
use crate::uapi::{
    PR_GET_NAME, PR_GET_NO_NEW_PRIVS, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP,
    SECCOMP_GET_ACTION_AVAIL, SECCOMP_MODE_FILTER, SECCOMP_SET_MODE_FILTER, THREAD_NAME,
};
use crate::{Errno, Flags, Instruction};

/// Whether this target has system calls that we know.
pub(crate) const SUPPORTED: bool = true;

/// Some differ by arch, so they come from libc.
pub(crate) mod errno {
    pub(crate) use libc::{
        EACCES, EBUSY, EFAULT, EINTR, EINVAL, EISDIR, EMFILE, ENOENT, ENOMEM, ENOSYS, EOPNOTSUPP,
        EPERM, ESRCH,
    };
}

/// The numbers of the calls below.
pub(crate) mod nr {
    #[cfg(feature = "std")]
    pub(crate) use libc::SYS_execve as EXECVE;
    pub(crate) use libc::{
        SYS_close as CLOSE, SYS_exit as EXIT, SYS_exit_group as EXIT_GROUP, SYS_getpid as GETPID,
        SYS_gettid as GETTID, SYS_openat as OPENAT, SYS_prctl as PRCTL, SYS_read as READ,
        SYS_rt_sigaction as RT_SIGACTION, SYS_rt_sigprocmask as RT_SIGPROCMASK,
        SYS_seccomp as SECCOMP, SYS_unshare as UNSHARE, SYS_write as WRITE,
    };
}

/// Arguments of `openat` and `unshare`: some differ by arch, too.
pub(crate) use libc::{
    AT_FDCWD, CLONE_PARENT, CLONE_THREAD, O_CLOEXEC, O_RDONLY, O_WRONLY, SIG_SETMASK, SIGSYS,
};

/// A place for a value that is put there once and never changes.
pub(crate) struct Once<T> {
    state: AtomicU8,
    value: UnsafeCell<MaybeUninit<T>>,
}

impl<T: Copy> Once<T> {
    const EMPTY: u8 = 0;
    const TAKEN: u8 = 1;
    const SET: u8 = 2;

    pub(crate) const fn new() -> Once<T> {
        Once {
            state: AtomicU8::new(Self::EMPTY),
            value: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    /// Puts `value` there, unless there is, or somebody is putting there, another.
    pub(crate) fn set(&self, value: &T) {
        let taken = self.state.compare_exchange(
            Self::EMPTY,
            Self::TAKEN,
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        if taken.is_ok() {
            // SAFETY: who takes the place is alone with the value until `state` is SET: no other writer gets here, and readers
            // look at it after that.
            unsafe { *self.value.get() = MaybeUninit::new(*value) };
            self.state.store(Self::SET, Ordering::Release);
        }
    }

    /// The value, once it is there. It never waits.
    pub(crate) fn get(&self) -> Option<T> {
        let is_set = self.state.load(Ordering::Acquire) == Self::SET;
        // SAFETY: it was written before `state` was SET, which this thread has seen, and is never written again.
        is_set.then(|| unsafe { (*self.value.get()).assume_init() })
    }
}

// SAFETY: `set` and `get` may be called by any threads at once, as said there; values are handed over to other threads, and copied
// out of there by several, which is what `Send` and `Sync` of `T` allow.
unsafe impl<T: Send + Sync> Sync for Once<T> {}

/// The kernel's `struct sock_fprog`.
#[repr(C)]
struct Program {
    len: c_ushort,
    filter: *const Instruction,
}

impl Program {
    #[inline]
    fn new(instructions: &[Instruction]) -> Program {
        Program {
            // One too long for the kernel's 16 bits gets its answer to one too long.
            len: c_ushort::try_from(instructions.len()).unwrap_or(c_ushort::MAX),
            filter: instructions.as_ptr(),
        }
    }
}

/// Makes a system call of three arguments or fewer, and gives the answer as the kernel does: an error as a negative errno. No kernel
/// answers the calls of this crate with more than an int.
///
/// By the instruction, not through syscall(3): that function, and its errno, lie in pages of libc that a process which has just
/// started may not have touched yet, and the first touch takes longer than the call.
///
/// # Safety
///
/// That of the call: what it reads and writes must be there to be read and written.
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
#[inline]
unsafe fn call(number: c_long, arguments: [usize; 3]) -> Returned {
    let [a, b, c] = arguments;
    let answer;
    // SAFETY: as the caller says. These are all registers that a call takes and changes; the memory it may write is that of
    // pointers that were exposed.
    unsafe {
        core::arch::asm!(
            "syscall",
            in("rax") number,
            in("rdi") a,
            in("rsi") b,
            in("rdx") c,
            lateout("rax") answer,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    Returned(answer)
}

/// The same of prctl, which wants the arguments that an option doesn't have to be 0.
///
/// # Safety
///
/// That of [`call`].
#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
#[inline]
unsafe fn prctl(option: c_int, arguments: [usize; 2]) -> Returned {
    let [a, b] = arguments;
    let answer;
    // SAFETY: as `call` has it.
    unsafe {
        core::arch::asm!(
            "syscall",
            in("rax") nr::PRCTL,
            in("rdi") int(option),
            in("rsi") a,
            in("rdx") b,
            in("r10") 0,
            in("r8") 0,
            lateout("rax") answer,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    Returned(answer)
}

/// The same on other arches, which nothing was measured on.
///
/// # Safety
///
/// That of the call: what it reads and writes must be there to be read and written.
#[cfg(not(all(target_arch = "x86_64", target_pointer_width = "64")))]
#[inline]
unsafe fn call(number: c_long, arguments: [usize; 3]) -> Returned {
    let [a, b, c] = arguments;
    // SAFETY: as the caller says. No call takes more arguments than these, as far as this crate makes any, but prctl, which wants the
    // others to be 0.
    let answer = unsafe { libc::syscall(number, a, b, c, 0_usize, 0_usize) };
    if answer != -1 {
        return Returned(c_int::try_from(answer).unwrap_or(c_int::MAX));
    }
    last_errno()
}

/// # Safety
///
/// That of [`call`].
#[cfg(not(all(target_arch = "x86_64", target_pointer_width = "64")))]
#[inline]
unsafe fn prctl(option: c_int, arguments: [usize; 2]) -> Returned {
    let [a, b] = arguments;
    // SAFETY: as the caller says.
    unsafe { call(nr::PRCTL, [int(option), a, b]) }
}

impl Returned {
    /// The two taken apart.
    #[inline]
    pub(crate) fn result(self) -> Result<c_int, Errno> {
        match Errno::new(self.0.wrapping_neg()) {
            Some(errno) if self.0 < 0 => Err(errno),
            _ => Ok(self.0),
        }
    }
}

/// An int as a register holds it: its sign is extended.
const fn int(value: c_int) -> usize {
    value as usize
}

/// `seccomp(SECCOMP_SET_MODE_FILTER, flags, program)`, or `prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)`; no program is the
/// null pointer.
#[inline]
pub(crate) fn load(
    interface: Interface,
    flags: Flags,
    program: Option<&[Instruction]>,
) -> Returned {
    let Some(instructions) = program else {
        // SAFETY: numbers alone, which the kernel refuses.
        return unsafe { load_from(interface, flags, 0) };
    };
    let program = Program::new(instructions);
    // SAFETY: `program` lives until the end of this function and points to instructions that the caller lends us.
    unsafe { load_from(interface, flags, (&raw const program).expose_provenance()) }
}

/// The same of what lies at `program`.
///
/// # Safety
///
/// There is nothing, or a [`Program`] whose instructions are there: the kernel copies both during the call and writes to neither.
#[inline(always)]
unsafe fn load_from(interface: Interface, flags: Flags, program: usize) -> Returned {
    let (number, arguments) = match interface {
        Interface::Seccomp => {
            let operation = SECCOMP_SET_MODE_FILTER as usize;
            (nr::SECCOMP, [operation, flags.bits() as usize, program])
        }
        Interface::Prctl => {
            let mode = SECCOMP_MODE_FILTER as usize;
            (nr::PRCTL, [int(PR_SET_SECCOMP), mode, program])
        }
    };
    // SAFETY: as the caller says.
    unsafe { call(number, arguments) }
}

/// `seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action)`
pub(crate) fn get_action_avail(action: u32) -> Returned {
    let (operation, action) = (SECCOMP_GET_ACTION_AVAIL as usize, &raw const action);
    // SAFETY: the kernel reads a number of 32 bits from where `action` points to, which lives until the end of this function.
    unsafe { call(nr::SECCOMP, [operation, 0, action.expose_provenance()]) }
}

/// `prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)`
#[inline]
pub(crate) fn set_no_new_privs() -> Returned {
    // SAFETY: numbers alone.
    unsafe { prctl(PR_SET_NO_NEW_PRIVS, [1, 0]) }
}

/// `prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)`
#[inline]
pub(crate) fn get_no_new_privs() -> Returned {
    // SAFETY: numbers alone.
    unsafe { prctl(PR_GET_NO_NEW_PRIVS, [0, 0]) }
}

/// `unshare(flags)`
#[inline]
pub(crate) fn unshare(flags: c_int) -> Returned {
    // SAFETY: numbers alone. What is asked for takes nothing away from a process of one thread, and is refused to others.
    unsafe { call(nr::UNSHARE, [int(flags), 0, 0]) }
}

/// What listeners call. The thread that answers isn't the one that is filtered, mostly, and has libc at hand.
#[cfg(feature = "std")]
pub(crate) mod listen {
    use core::ffi::{c_int, c_void};
    use core::mem;
    use core::ptr;
    use std::io;
    use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};

    use super::{SIG_SETMASK, call, int, nr};
    use crate::Errno;
    use crate::listener::abi::{AddFd, Fits, Notif, Response, Roomy, Sizes};
    use crate::uapi::{SECCOMP_GET_NOTIF_SIZES, SIGNAL_SET};

    /// The type and the numbers of `SECCOMP_IOCTL_NOTIF_…`, `linux/seccomp.h`.
    const MAGIC: u32 = 0x21;
    const RECV: u32 = 0;
    const SEND: u32 = 1;
    const ID_VALID: u32 = 2;
    const ADDFD: u32 = 3;
    const SET_FLAGS: u32 = 4;

    /// What a listener is sent with.
    pub(crate) use libc::{MSG_NOSIGNAL, SYS_sendmsg as SENDMSG};

    /// `seccomp(SECCOMP_GET_NOTIF_SIZES, 0, sizes)`
    #[inline]
    pub(crate) fn sizes() -> Result<Sizes, Errno> {
        let mut sizes = Sizes::default();
        let args = (&raw mut sizes).expose_provenance();
        let operation = SECCOMP_GET_NOTIF_SIZES as usize;
        // SAFETY: the kernel writes one `struct seccomp_notif_sizes`, whose size is fixed, to `sizes` during the call.
        unsafe { call(nr::SECCOMP, [operation, 0, args]) }.result()?;
        Ok(sizes)
    }

    /// `ioctl(listener, request, argument)`
    ///
    /// # Safety
    ///
    /// The kernel reads and writes as much at `argument` as `request` says, or, for `Roomy`, as its own struct is large.
    #[inline]
    unsafe fn ioctl<T>(
        listener: BorrowedFd<'_>,
        request: libc::Ioctl,
        argument: &mut T,
    ) -> Result<c_int, Errno> {
        // No request is wider than 32 bits; the kernel takes an unsigned int.
        let request = request as u32 as usize;
        let argument = ptr::from_mut(argument).expose_provenance();
        let listener = int(listener.as_raw_fd());
        // SAFETY: `argument` is a reference to what the caller says the kernel reads and writes, and ours alone during the call.
        unsafe { call(libc::SYS_ioctl, [listener, request, argument]) }.result()
    }

    /// `SECCOMP_IOCTL_NOTIF_RECV`
    #[inline]
    pub(crate) fn receive(listener: BorrowedFd<'_>, _: Fits) -> Result<Notif, Errno> {
        // The kernel refuses a buffer that isn't zero.
        let mut notif = Roomy::<Notif>::default();
        let request = libc::_IOWR::<Notif>(MAGIC, RECV);
        // SAFETY: the kernel reads and writes its own `struct seccomp_notif`, for which there is room, as `Fits` knows; any bytes
        // are a valid value.
        unsafe { ioctl(listener, request, &mut notif) }?;
        Ok(notif.it)
    }

    /// `SECCOMP_IOCTL_NOTIF_SEND`
    #[inline]
    pub(crate) fn respond(
        listener: BorrowedFd<'_>,
        _: Fits,
        response: Response,
    ) -> Result<c_int, Errno> {
        let mut padded = Roomy::default();
        padded.it = response;
        let request = libc::_IOWR::<Response>(MAGIC, SEND);
        // SAFETY: the kernel reads its own `struct seccomp_notif_resp`, for which there is room, as `Fits` knows.
        unsafe { ioctl(listener, request, &mut padded) }
    }

    /// `SECCOMP_IOCTL_NOTIF_ID_VALID`, by the number that it had before Linux 5.9, and that later kernels take as well.
    #[inline]
    pub(crate) fn id_valid(listener: BorrowedFd<'_>, mut id: u64) -> Result<c_int, Errno> {
        let request = libc::_IOR::<u64>(MAGIC, ID_VALID);
        // SAFETY: the kernel reads a number of 64 bits.
        unsafe { ioctl(listener, request, &mut id) }
    }

    /// `SECCOMP_IOCTL_NOTIF_ADDFD`
    #[inline]
    pub(crate) fn add_fd(listener: BorrowedFd<'_>, mut addition: AddFd) -> Result<c_int, Errno> {
        let request = libc::_IOW::<AddFd>(MAGIC, ADDFD);
        // SAFETY: the kernel reads as many bytes as the request has for a size, those of `AddFd`.
        unsafe { ioctl(listener, request, &mut addition) }
    }

    /// `SECCOMP_IOCTL_NOTIF_SET_FLAGS`, which takes the flags themselves and no pointer.
    #[inline]
    pub(crate) fn set_flags(listener: BorrowedFd<'_>, flags: u64) -> Result<c_int, Errno> {
        let request = libc::_IOW::<u64>(MAGIC, SET_FLAGS) as u32 as usize;
        let flags = usize::try_from(flags).map_err(|_| Errno::EINVAL)?;
        let listener = int(listener.as_raw_fd());
        // SAFETY: numbers alone.
        unsafe { call(libc::SYS_ioctl, [listener, request, flags]) }.result()
    }

    /// What poll(2) says of a listener.
    pub(crate) struct Polled {
        pub(crate) readable: bool,
        pub(crate) hung_up: bool,
    }

    /// Waits until there is something to receive, or nobody is left who could notify; or only looks.
    #[inline]
    pub(crate) fn poll(listener: BorrowedFd<'_>, wait: bool) -> io::Result<Polled> {
        let mut poll = libc::pollfd {
            fd: listener.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let timeout = if wait { -1 } else { 0 };
        // SAFETY: the kernel reads and writes one pollfd during the call.
        if unsafe { libc::poll(&raw mut poll, 1, timeout) } == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(Polled {
            readable: poll.revents & libc::POLLIN != 0,
            hung_up: poll.revents & !libc::POLLIN != 0,
        })
    }

    /// Reads the memory of another process, within a page of it.
    #[inline]
    pub(crate) fn read_memory(pid: u32, address: usize, buffer: &mut [u8]) -> io::Result<usize> {
        let pid = libc::pid_t::try_from(pid).map_err(io::Error::other)?;
        let local = libc::iovec {
            iov_base: buffer.as_mut_ptr().cast::<c_void>(),
            iov_len: buffer.len(),
        };
        let remote = libc::iovec {
            iov_base: ptr::without_provenance_mut(address),
            iov_len: buffer.len(),
        };
        // No flags, and one of each.
        let (one, none) = (1_usize, 0_usize);
        // SAFETY: the kernel reads both structs, writes at most the buffer's length to the buffer, which is ours alone during the
        // call, and looks at `remote` in the other process's memory alone.
        let read = unsafe {
            let (local, remote) = (&raw const local, &raw const remote);
            libc::syscall(
                libc::SYS_process_vm_readv,
                pid,
                local,
                one,
                remote,
                one,
                none,
            )
        };
        usize::try_from(read).map_err(|_| io::Error::last_os_error())
    }

    /// Makes the descriptor that a load answered with somebody's own.
    #[inline]
    pub(crate) fn owned(listener: c_int) -> Option<OwnedFd> {
        // SAFETY: the number is what the kernel has just given us for a new descriptor; it is handed to one owner, and to no
        // other: see `Given` and the install.
        (listener >= 0).then(|| unsafe { OwnedFd::from_raw_fd(listener) })
    }

    /// Closes, by that call alone: std's own does more in a debug build, and the filter may kill for it.
    #[inline]
    pub(crate) fn close(fd: OwnedFd) {
        // SAFETY: no pointer is passed; the descriptor was ours, and isn't used again.
        unsafe { call(nr::CLOSE, [int(fd.into_raw_fd()), 0, 0]) };
    }

    /// The kernel's set of signals: as long as its longest, MIPS's.
    #[derive(Clone, Copy)]
    pub(crate) struct Signals([u64; 2]);

    impl Signals {
        /// Has this thread take no signal; the answer is what it took before.
        #[inline]
        pub(crate) fn block() -> io::Result<Signals> {
            Signals([u64::MAX; 2]).set()
        }

        /// `rt_sigprocmask(SIG_SETMASK, self, old, size)`
        #[inline]
        pub(crate) fn set(&self) -> io::Result<Signals> {
            let mut old = Signals([0; 2]);
            let (new, room) = (&raw const self.0, &raw mut old.0);
            // SAFETY: the kernel reads one set and writes another, both as long as `SIGNAL_SET` says or longer.
            let answer = unsafe {
                let size = usize::from(SIGNAL_SET);
                libc::syscall(nr::RT_SIGPROCMASK, SIG_SETMASK, new, room, size)
            };
            if answer == -1 {
                return Err(io::Error::last_os_error());
            }
            Ok(old)
        }
    }

    /// Room for a control message with one descriptor, aligned as its head is.
    type Control = [usize; 8];

    /// A message of one byte, and what goes with it.
    #[inline]
    fn message(byte: &mut libc::iovec, control: &mut Control) -> libc::msghdr {
        // SAFETY: all zeros is a valid msghdr: null pointers and no lengths. (Its fields differ by libc.)
        let mut message: libc::msghdr = unsafe { mem::zeroed() };
        message.msg_iov = byte;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        // SAFETY: computes a number.
        let length = unsafe { libc::CMSG_LEN(FD_SIZE) };
        message.msg_controllen = length as _; // The type differs by libc; the number is some twenty.
        message
    }

    const FD_SIZE: u32 = size_of::<c_int>() as u32;
    const _: () = assert!(size_of::<Control>() >= size_of::<libc::cmsghdr>() + size_of::<usize>());

    /// Sends a descriptor through a socket, by sendmsg(2) alone.
    #[inline]
    pub(crate) fn send_fd(socket: BorrowedFd<'_>, fd: BorrowedFd<'_>) -> Result<c_int, Errno> {
        let (mut payload, mut control) = ([0_u8], Control::default());
        let mut byte = libc::iovec {
            iov_base: payload.as_mut_ptr().cast(),
            iov_len: payload.len(),
        };
        let message = message(&mut byte, &mut control);
        // SAFETY: `message` has a control buffer that is aligned, large enough for a head and a descriptor, and lives until the
        // end of this function; CMSG_FIRSTHDR gives its start, CMSG_DATA a place in it.
        unsafe {
            let head = libc::CMSG_FIRSTHDR(&raw const message);
            (*head).cmsg_level = libc::SOL_SOCKET;
            (*head).cmsg_type = libc::SCM_RIGHTS;
            (*head).cmsg_len = message.msg_controllen as _;
            let data = libc::CMSG_DATA(head).cast::<c_int>();
            data.write_unaligned(fd.as_raw_fd());
        }
        let (socket, flags) = (int(socket.as_raw_fd()), int(MSG_NOSIGNAL));
        let message = (&raw const message).expose_provenance();
        // SAFETY: the kernel reads the message and what it points to, all of which live until the call is over.
        unsafe { call(SENDMSG, [socket, message, flags]) }.result()
    }

    /// Receives a descriptor; `None` where the other end is closed.
    #[inline]
    pub(crate) fn receive_fd(socket: BorrowedFd<'_>) -> Result<Option<OwnedFd>, Errno> {
        let (mut payload, mut control) = ([0_u8], Control::default());
        let mut byte = libc::iovec {
            iov_base: payload.as_mut_ptr().cast(),
            iov_len: payload.len(),
        };
        let mut message = message(&mut byte, &mut control);
        let (socket, flags) = (int(socket.as_raw_fd()), int(libc::MSG_CMSG_CLOEXEC));
        let at = (&raw mut message).expose_provenance();
        // SAFETY: the kernel writes to the message and, within the lengths it has, to what it points to; all is ours alone.
        let read = unsafe { call(libc::SYS_recvmsg, [socket, at, flags]) }.result()?;
        if read == 0 {
            return Ok(None);
        }
        // SAFETY: the kernel has filled the control buffer up to `msg_controllen`, where CMSG_FIRSTHDR looks; there is room for one
        // descriptor, so one is there if the head says so, it is new, and nobody else's.
        let fd = unsafe {
            let head = libc::CMSG_FIRSTHDR(&raw const message);
            let is_fd = !head.is_null()
                && (*head).cmsg_level == libc::SOL_SOCKET
                && (*head).cmsg_type == libc::SCM_RIGHTS
                && (*head).cmsg_len >= libc::CMSG_LEN(FD_SIZE) as _;
            is_fd.then(|| libc::CMSG_DATA(head).cast::<c_int>().read_unaligned())
        };
        fd.and_then(owned).map(Some).ok_or(Errno::EINVAL)
    }
}

/// An open file, closed when dropped.
pub(crate) struct File(c_int);

impl File {
    pub(crate) fn open(path: &CStr, flags: c_int) -> Result<File, Errno> {
        let (path, flags) = (path.as_ptr().expose_provenance(), int(flags | O_CLOEXEC));
        // SAFETY: `path` is a NUL-terminated string that lives until the call is over; the kernel reads it alone.
        unsafe { call(nr::OPENAT, [int(AT_FDCWD), path, flags]) }
            .result()
            .map(File)
    }

    pub(crate) fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        let (start, room) = (buffer.as_mut_ptr().expose_provenance(), buffer.len());
        // SAFETY: the kernel writes at most `room` bytes to `buffer`, which is ours alone during the call, and any byte is a
        // valid u8.
        let read = unsafe { call(nr::READ, [int(self.0), start, room]) }.result()?;
        // An outer filter can answer anything: never say that more was read than there is room for.
        Ok(usize::try_from(read).map_or(0, |read| read.min(room)))
    }

    pub(crate) fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        write(self.0, bytes)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: no pointer is passed; the descriptor was opened by us, nobody else was given it, and it isn't used again.
        unsafe { call(nr::CLOSE, [int(self.0), 0, 0]) };
    }
}

/// `write(2, bytes)`
#[inline]
pub(crate) fn write_stderr(bytes: &[u8]) -> Result<usize, Errno> {
    write(libc::STDERR_FILENO, bytes)
}

/// The same of a text that was written, all of it, to room where nothing was.
#[inline(always)]
pub(crate) fn write_text(text: &[MaybeUninit<u8>]) -> Returned {
    let (start, length) = (text.as_ptr().expose_provenance(), text.len());
    // SAFETY: the kernel reads at most `length` bytes of `text`, which outlives the call.
    unsafe { call(nr::WRITE, [int(libc::STDERR_FILENO), start, length]) }
}

#[inline]
fn write(fd: c_int, bytes: &[u8]) -> Result<usize, Errno> {
    let (start, length) = (bytes.as_ptr().expose_provenance(), bytes.len());
    // SAFETY: the kernel reads at most `length` bytes of `bytes`, which outlives the call.
    let written = unsafe { call(nr::WRITE, [int(fd), start, length]) }.result()?;
    Ok(usize::try_from(written).unwrap_or(0))
}

/// The id of the process.
pub(crate) fn getpid() -> u32 {
    // SAFETY: it takes nothing.
    u32::try_from(unsafe { call(nr::GETPID, [0; 3]) }.0).unwrap_or(0)
}

/// The id of the thread.
pub(crate) fn gettid() -> u32 {
    // SAFETY: it takes nothing.
    u32::try_from(unsafe { call(nr::GETTID, [0; 3]) }.0).unwrap_or(0)
}

/// The file name of the program, as it was started.
pub(crate) fn program_name() -> &'static str {
    #[cfg(any(target_env = "gnu", target_env = "musl"))]
    {
        // SAFETY: glibc and musl have it, and set it before anything of the program runs.
        unsafe extern "C" {
            static program_invocation_short_name: *const core::ffi::c_char;
        }
        // SAFETY: as above. It points to a part of argv[0], which is there, and NUL-terminated, as long as the process is.
        let name = unsafe { program_invocation_short_name };
        if !name.is_null() {
            // SAFETY: as above.
            return unsafe { CStr::from_ptr(name) }.to_str().unwrap_or("?");
        }
    }
    "this program"
}

/// What the kernel calls the thread, with zeros behind it; zeros alone where it doesn't tell.
pub(crate) fn thread_name() -> [u8; THREAD_NAME] {
    let mut name = [0; THREAD_NAME];
    let to = name.as_mut_ptr().expose_provenance();
    // SAFETY: the kernel writes at most as many bytes as there are, to what is ours alone.
    let answer = unsafe { prctl(PR_GET_NAME, [to, 0]) };
    if answer == Returned(0) {
        name
    } else {
        [0; THREAD_NAME]
    }
}

/// Has the reporter handle SIGSYS. Who handled it before is remembered, and gets what isn't the reporter's.
#[inline]
pub(crate) fn handle_sigsys() -> Returned {
    let handler: extern "C" fn(c_int, *const Info, *mut Context) = on_sigsys;
    let handler = handler as *const () as usize;
    // SAFETY: a struct of numbers, of an address that may be null, and of a set of signals, for all of which zeros are a value.
    let (mut own, mut earlier): (libc::sigaction, libc::sigaction) =
        unsafe { (core::mem::zeroed(), core::mem::zeroed()) };
    own.sa_sigaction = handler;
    own.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: both live until the call is over, which reads the one and writes the other. The handler is a function, of the type
    // that SA_SIGINFO asks for, and does only what a signal handler may.
    let set = unsafe { libc::sigaction(SIGSYS, &raw const own, &raw mut earlier) };
    if set != 0 {
        return last_errno();
    }
    if earlier.sa_sigaction != handler {
        EARLIER.set(&Earlier {
            handler: earlier.sa_sigaction,
            takes_info: earlier.sa_flags & libc::SA_SIGINFO != 0,
        });
    }
    Returned::NOTHING
}

/// Who handled SIGSYS before the reporter.
static EARLIER: Once<Earlier> = Once::new();

#[derive(Clone, Copy)]
struct Earlier {
    handler: libc::sighandler_t,
    takes_info: bool,
}

// Compiled beside the one place that asks for it: what is in the objects of the calls of every program for unwinding is in every
// program.
#[inline]
extern "C" fn on_sigsys(signal: c_int, info: *const Info, context: *mut Context) {
    // SAFETY: the kernel hands both to a handler with SA_SIGINFO, and they are the handler's until it returns. Whoever sent the
    // signal, `siginfo` is 128 bytes long: there is something to read.
    let (told, registers) = unsafe { (&*info, &mut *context) };
    if told.is_from_a_filter() && report::tell(told, registers) {
        return die_of_it(told, registers);
    }
    let earlier = EARLIER.get();
    let handler = earlier.map_or(libc::SIG_DFL, |earlier| earlier.handler);
    if handler == libc::SIG_DFL || handler == libc::SIG_IGN {
        // What a filter says is final where nobody handles it.
        if told.is_from_a_filter() {
            die_of_it(told, registers);
        }
    } else if earlier.is_some_and(|earlier| earlier.takes_info) {
        // SAFETY: it was set as a handler that takes these.
        let handler: extern "C" fn(c_int, *const Info, *mut Context) =
            unsafe { core::mem::transmute(handler) };
        handler(signal, info, context);
    } else {
        // SAFETY: it was set as a handler that takes the signal alone.
        let handler: extern "C" fn(c_int) = unsafe { core::mem::transmute(handler) };
        handler(signal);
    }
}

/// Has the thread make its call again as soon as the handler returns, with SIGSYS blocked: the kernel then ends the process.
fn die_of_it(told: &Info, registers: &mut Context) {
    if let Some(blocked) = report::context::go_back(registers) {
        // SAFETY: it is a set of signals.
        unsafe { libc::sigaddset(blocked, SIGSYS) };
        return;
    }
    // Here, too, it is blocked.
    if report::is_trapped_with_zeros(told) {
        // SAFETY: the filter doesn't let the call through.
        unsafe { call(told.nr.into(), [0; 3]) };
    }
    exit(SIGNALED + SIGSYS);
}

/// What shells add to a signal's number for the status of what died of it.
const SIGNALED: c_int = 128;

/// What a libc function that has just failed was answered.
fn last_errno() -> Returned {
    #[cfg(target_os = "android")]
    // SAFETY: libc gives a valid pointer to the calling thread's errno, which lives as long as the thread.
    let errno = unsafe { *libc::__errno() };
    #[cfg(not(target_os = "android"))]
    // SAFETY: libc gives a valid pointer to the calling thread's errno, which lives as long as the thread.
    let errno = unsafe { *libc::__errno_location() };
    Returned(-errno)
}

/// Has the child of `command` load a filter just before exec, and start only where that goes well.
#[cfg(feature = "std")]
pub(crate) fn load_before_exec(
    command: &mut std::process::Command,
    prepared: Result<crate::child::Prepared, crate::Error>,
) {
    use std::os::unix::process::CommandExt as _;
    // SAFETY: between fork and exec a child may do only what a signal handler may. This makes system calls by itself, looks at
    // atomics and at thread-locals that are constant at first and have no destructor, and writes to its own stack: no allocation,
    // no lock, no environment.
    unsafe { command.pre_exec(move || crate::child::load(&prepared)) };
}

/// Ends the process whatever an outer filter makes of it.
#[inline]
pub(crate) fn exit(status: c_int) -> ! {
    // SAFETY: numbers alone. Where the kernel obeys, nothing runs after the first; no destructor is relied upon for safety.
    unsafe {
        call(nr::EXIT_GROUP, [int(status), 0, 0]);
        call(nr::EXIT, [int(status), 0, 0]);
    }
    loop {
        trap();
        core::hint::spin_loop();
    }
}

/// Runs an instruction that the processor refuses: the kernel then kills the process without asking any filter.
#[inline]
fn trap() {
    // SAFETY (all): the instruction changes no memory and no register. It may return, where a handler steps over it.
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    // SAFETY: see above.
    unsafe {
        core::arch::asm!("ud2", options(nomem, nostack));
    }
    #[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
    // SAFETY: see above.
    unsafe {
        core::arch::asm!("udf #0", options(nomem, nostack));
    }
    #[cfg(any(target_arch = "riscv64", target_arch = "riscv32"))]
    // SAFETY: see above.
    unsafe {
        core::arch::asm!("unimp", options(nomem, nostack));
    }
    #[cfg(target_arch = "loongarch64")]
    // SAFETY: see above.
    unsafe {
        core::arch::asm!("break 0", options(nomem, nostack));
    }
    #[cfg(target_arch = "s390x")]
    // SAFETY: see above.
    unsafe {
        core::arch::asm!(".short 0", options(nomem, nostack));
    }
    #[cfg(not(any(
        target_arch = "x86_64",
        target_arch = "x86",
        target_arch = "aarch64",
        target_arch = "arm",
        target_arch = "riscv64",
        target_arch = "riscv32",
        target_arch = "loongarch64",
        target_arch = "s390x",
    )))]
    // SAFETY: it takes nothing. No stable inline assembly on these arches; libc's abort ends in such an instruction.
    unsafe {
        libc::abort()
    }
}
