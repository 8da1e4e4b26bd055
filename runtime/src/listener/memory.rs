//! What a waiting call points to.

use std::ffi::CString;
use std::io;
use std::vec;

use super::Notification;
use crate::sys::errno;
use crate::sys::listen::read_memory;

/// A piece that lies in one page wherever it begins at a multiple of its size: every page is at least as large.
const PIECE: usize = 4096;

impl Notification<'_> {
    /// Reads the target's memory from `address`: an argument, mostly. It reads up to where there is nothing more to read.
    ///
    /// What it answers was read while the call waited: that is asked afterwards. It is a copy, and the only one to judge by: the
    /// target's other threads may change what is there at any time.
    ///
    /// # Errors
    ///
    /// EFAULT where nothing is there; EPERM where this process may not look (that takes the right to ptrace the target: the same user
    /// and a target that is dumpable, and, where Yama restricts it, an ancestor; or CAP_SYS_PTRACE);
    /// [`NotFound`](io::ErrorKind::NotFound) where the call is gone.
    #[inline]
    pub fn read(&self, address: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_pieces(address, buffer);
        if !self.is_valid()? {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "the call is gone, and what was read may be another's",
            ));
        }
        read
    }

    /// Reads a string that ends in NUL, such as a path, of less than `limit` bytes (`PATH_MAX`, 4096).
    ///
    /// # Errors
    ///
    /// As [`read`](Notification::read), and ENAMETOOLONG where there is no NUL within the limit: what the kernel would answer to the
    /// call itself.
    #[inline]
    pub fn read_string(&self, address: u64, limit: usize) -> io::Result<CString> {
        let mut bytes = vec![0; limit];
        let read = self.read(address, &mut bytes)?;
        bytes.truncate(read);
        let Some(end) = bytes.iter().position(|&byte| byte == 0) else {
            let errno = match read == limit {
                true => libc::ENAMETOOLONG,
                false => errno::EFAULT,
            };
            return Err(io::Error::from_raw_os_error(errno));
        };
        bytes.truncate(end);
        CString::new(bytes).map_err(io::Error::other)
    }

    #[inline]
    fn read_pieces(&self, address: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let fault = || io::Error::from_raw_os_error(errno::EFAULT);
        let mut read = 0;
        while read < buffer.len() {
            // What the target can have beyond this process's own width isn't memory of its.
            let start = usize::try_from(address).ok();
            let start = start.and_then(|start| start.checked_add(read));
            let start = start.ok_or_else(fault)?;
            let length = (PIECE - start % PIECE).min(buffer.len() - read);
            match read_memory(self.thread(), start, &mut buffer[read..read + length]) {
                Ok(0) => break,
                Ok(length) => read += length,
                Err(_) if read > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }
}
