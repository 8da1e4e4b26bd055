//! Every system call of this crate, and all of its `unsafe`.
//!
//! What makes it safe: each function takes what the kernel needs as references and slices that outlive the call, the kernel keeps
//! none of these pointers after it returns, and what it writes it writes into a `&mut` buffer, bounded by that buffer's length.
//! Numbers go through `syscall(3)`, not through a libc's own wrappers, so that what is called is known on every libc: a filter
//! that is in force already is asked beforehand what it thinks of exactly these calls.

use core::ffi::{CStr, c_int, c_long, c_uint, c_ulong, c_ushort};
use core::ptr;

use crate::uapi::{
    PR_GET_NO_NEW_PRIVS, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_GET_ACTION_AVAIL,
    SECCOMP_MODE_FILTER, SECCOMP_SET_MODE_FILTER,
};
use crate::{Errno, Instruction};

/// Whether this target has system calls that we know.
pub(crate) const SUPPORTED: bool = true;

/// Some differ by arch, so they come from libc.
pub(crate) mod errno {
    pub(crate) use libc::{
        EACCES, EBUSY, EFAULT, EINTR, EINVAL, EMFILE, ENOENT, ENOMEM, ENOSYS, EOPNOTSUPP, EPERM,
        ESRCH,
    };
}

/// The numbers of the calls below.
pub(crate) mod nr {
    pub(crate) use libc::{
        SYS_close as CLOSE, SYS_exit as EXIT, SYS_exit_group as EXIT_GROUP,
        SYS_getdents64 as GETDENTS64, SYS_gettid as GETTID, SYS_openat as OPENAT,
        SYS_prctl as PRCTL, SYS_read as READ, SYS_seccomp as SECCOMP, SYS_write as WRITE,
    };
}

/// `openat`'s first argument and flags: some differ by arch, too.
pub(crate) use libc::{AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_RDONLY, O_WRONLY};

/// The kernel's `struct sock_fprog`.
#[repr(C)]
struct Program {
    len: c_ushort,
    filter: *const Instruction,
}

impl Program {
    /// A program too long for the kernel's 16-bit length gets the kernel's own answer to a program too long.
    fn new(instructions: &[Instruction]) -> Result<Program, Errno> {
        let len = c_ushort::try_from(instructions.len()).map_err(|_| Errno::EINVAL)?;
        Ok(Program {
            len,
            filter: instructions.as_ptr(),
        })
    }
}

fn answer(value: c_long) -> Result<c_long, Errno> {
    if value != -1 {
        return Ok(value);
    }
    #[cfg(target_os = "android")]
    // SAFETY: libc gives a valid pointer to the calling thread's errno, which lives as long as the thread.
    let errno = unsafe { *libc::__errno() };
    #[cfg(not(target_os = "android"))]
    // SAFETY: libc gives a valid pointer to the calling thread's errno, which lives as long as the thread.
    let errno = unsafe { *libc::__errno_location() };
    Err(Errno::new(errno))
}

fn seccomp(operation: c_uint, flags: u32, args: *const core::ffi::c_void) -> c_long {
    // SAFETY: both callers pass null or a pointer to a value that lives until the call is over, of the type that
    // `operation` takes; the kernel reads it, copies what it needs, and writes nothing to it.
    unsafe {
        libc::syscall(
            nr::SECCOMP,
            c_ulong::from(operation),
            c_ulong::from(flags),
            args,
        )
    }
}

/// `seccomp(SECCOMP_SET_MODE_FILTER, flags, program)`; no program is the null pointer.
pub(crate) fn set_mode_filter(
    flags: u32,
    program: Option<&[Instruction]>,
) -> Result<c_long, Errno> {
    let Some(instructions) = program else {
        return answer(seccomp(SECCOMP_SET_MODE_FILTER, flags, ptr::null()));
    };
    let program = Program::new(instructions)?;
    answer(seccomp(
        SECCOMP_SET_MODE_FILTER,
        flags,
        (&raw const program).cast(),
    ))
}

/// `seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action)`
pub(crate) fn get_action_avail(action: u32) -> Result<c_long, Errno> {
    answer(seccomp(
        SECCOMP_GET_ACTION_AVAIL,
        0,
        (&raw const action).cast(),
    ))
}

/// `prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)`; no program is the null pointer.
pub(crate) fn prctl_set_seccomp(program: Option<&[Instruction]>) -> Result<c_long, Errno> {
    let program = program.map(Program::new).transpose()?;
    let args = program.as_ref().map_or(ptr::null(), ptr::from_ref);
    let mode = c_ulong::from(SECCOMP_MODE_FILTER);
    let zero: c_ulong = 0;
    // SAFETY: `args` is null or points to `program`, which lives until the end of this function and points to instructions
    // that the caller lends us; the kernel copies both during the call and writes to neither.
    answer(unsafe {
        libc::syscall(
            nr::PRCTL,
            c_long::from(PR_SET_SECCOMP),
            mode,
            args,
            zero,
            zero,
        )
    })
}

/// `prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)`
pub(crate) fn set_no_new_privs() -> Result<c_long, Errno> {
    prctl_number(PR_SET_NO_NEW_PRIVS, 1)
}

/// `prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)`
pub(crate) fn get_no_new_privs() -> Result<c_long, Errno> {
    prctl_number(PR_GET_NO_NEW_PRIVS, 0)
}

fn prctl_number(option: c_int, value: c_ulong) -> Result<c_long, Errno> {
    let zero: c_ulong = 0;
    // SAFETY: both options take numbers alone, no pointer.
    answer(unsafe { libc::syscall(nr::PRCTL, c_long::from(option), value, zero, zero, zero) })
}

/// An open file, closed when dropped.
pub(crate) struct File(c_int);

impl File {
    pub(crate) fn open(path: &CStr, flags: c_int) -> Result<File, Errno> {
        let directory = c_long::from(AT_FDCWD);
        let flags = c_long::from(flags | O_CLOEXEC);
        let mode: c_long = 0;
        // SAFETY: `path` is a NUL-terminated string that lives until the call is over; the kernel reads it alone.
        let fd =
            answer(unsafe { libc::syscall(nr::OPENAT, directory, path.as_ptr(), flags, mode) })?;
        // A descriptor that is no int came from no kernel.
        c_int::try_from(fd).map(File).map_err(|_| Errno::EINVAL)
    }

    pub(crate) fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        self.fill(nr::READ, buffer)
    }

    /// `getdents64`: as many `struct linux_dirent64` as fit.
    pub(crate) fn read_directory(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        self.fill(nr::GETDENTS64, buffer)
    }

    fn fill(&self, number: c_long, buffer: &mut [u8]) -> Result<usize, Errno> {
        // SAFETY: `number` is read or getdents64; both write at most `buffer.len()` bytes to `buffer`, which is ours alone
        // during the call, and any byte is a valid u8.
        let read = answer(unsafe {
            libc::syscall(
                number,
                c_long::from(self.0),
                buffer.as_mut_ptr(),
                buffer.len(),
            )
        })?;
        // An outer filter can answer anything: never say that more was read than there is room for.
        usize::try_from(read)
            .map_err(|_| Errno::EINVAL)
            .map(|read| read.min(buffer.len()))
    }

    pub(crate) fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        write(self.0, bytes)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: no pointer is passed; the descriptor was opened by us, nobody else was given it, and it isn't used again.
        unsafe { libc::syscall(nr::CLOSE, c_long::from(self.0)) };
    }
}

/// `write(2, bytes)`
pub(crate) fn write_stderr(bytes: &[u8]) -> Result<usize, Errno> {
    write(libc::STDERR_FILENO, bytes)
}

fn write(fd: c_int, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel reads at most `bytes.len()` bytes of `bytes`, which outlives the call.
    let written =
        answer(unsafe { libc::syscall(nr::WRITE, c_long::from(fd), bytes.as_ptr(), bytes.len()) })?;
    usize::try_from(written).map_err(|_| Errno::EINVAL)
}

/// The calling thread's id.
pub(crate) fn gettid() -> Result<c_long, Errno> {
    // SAFETY: it takes nothing and writes nothing.
    answer(unsafe { libc::syscall(nr::GETTID) })
}

/// Ends the process whatever an outer filter makes of it.
pub(crate) fn exit(status: c_int) -> ! {
    let status = c_long::from(status);
    // SAFETY: numbers alone. Where the kernel obeys, nothing runs after the first; no destructor is relied upon for safety.
    unsafe {
        libc::syscall(nr::EXIT_GROUP, status);
        libc::syscall(nr::EXIT, status);
    }
    loop {
        trap();
        core::hint::spin_loop();
    }
}

/// Runs an instruction that the processor refuses: the kernel then kills the process without asking any filter.
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
