//! Whether the process has one thread: what a filter on the calling thread alone has to know.

use core::ffi::c_long;

use crate::sys::{File, O_DIRECTORY, O_RDONLY};
use crate::{Call, Errno, Error, own, sys};

/// An error unless `/proc` shows the calling thread and no other.
pub(crate) fn prove_alone() -> Result<(), Error> {
    own::check(Call::Open)?;
    own::check(Call::ListThreads)?;
    let unknown = |call| {
        move |errno| Error::NotAlone {
            call,
            errno: Some(errno),
        }
    };
    let own_id = sys::gettid().map_err(unknown(Call::ListThreads))?;
    let tasks = File::open(c"/proc/self/task", O_RDONLY | O_DIRECTORY);
    let tasks = tasks.map_err(unknown(Call::Open))?;
    let mut seen = false;
    let mut buffer = [0; 1024];
    loop {
        let read = tasks
            .read_directory(&mut buffer)
            .map_err(unknown(Call::ListThreads))?;
        if read == 0 {
            break;
        }
        for name in Names(&buffer[..read]) {
            match name {
                b"." | b".." => {}
                _ if number(name) == own_id => seen = true,
                _ => return Err(OTHERS),
            }
        }
    }
    // Not even this thread: that is no list of our threads.
    if seen {
        Ok(())
    } else {
        Err(unknown(Call::ListThreads)(Errno::ESRCH))
    }
}

const OTHERS: Error = Error::NotAlone {
    call: Call::ListThreads,
    errno: None,
};

/// The names in a buffer of `struct linux_dirent64`: inode (8 bytes), offset (8), length of the whole (2), type (1), name with
/// NUL. What can't be read that way is one name, the empty one, which is nobody's.
struct Names<'a>(&'a [u8]);

const LENGTH: usize = 16;
const NAME: usize = 19;

impl<'a> Iterator for Names<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let length = self.0.get(LENGTH..).and_then(|rest| rest.first_chunk());
        let length = length.map_or(0, |&length| usize::from(u16::from_ne_bytes(length)));
        let Some((entry, rest)) = self.0.split_at_checked(length) else {
            self.0 = &[];
            return Some(&[]);
        };
        let Some(name) = entry.get(NAME..) else {
            self.0 = &[];
            return Some(&[]);
        };
        self.0 = rest;
        name.split(|&byte| byte == 0).next()
    }
}

/// The thread id that `name` is; no id is 0.
fn number(name: &[u8]) -> c_long {
    let digit = |id: c_long, byte: u8| match byte {
        b'0'..=b'9' => id.checked_mul(10)?.checked_add(c_long::from(byte - b'0')),
        _ => None,
    };
    name.iter()
        .try_fold(0, |id, &byte| digit(id, byte))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn entry(name: &str) -> Vec<u8> {
        let mut entry = std::vec![0; NAME];
        entry.extend_from_slice(name.as_bytes());
        entry.push(0);
        entry.resize(entry.len().next_multiple_of(8), 0);
        let length = u16::try_from(entry.len()).unwrap().to_ne_bytes();
        entry[LENGTH..LENGTH + 2].copy_from_slice(&length);
        entry
    }

    #[test]
    fn reads_the_kernel_s_entries() {
        let names = [".", "..", "4711", "123456789"];
        let buffer: Vec<u8> = names.iter().flat_map(|name| entry(name)).collect();
        let read: Vec<_> = Names(&buffer).collect();
        assert_eq!(read, names.map(str::as_bytes));
        assert_eq!(number(read[2]), 4711);
        assert_eq!(number(b"47a"), 0);
        assert_eq!(number(&[b'9'; 40]), 0);
    }

    #[test]
    fn what_is_cut_off_is_nobody_s_name() {
        let whole = entry("4711");
        for length in 1..whole.len() {
            assert_eq!(
                Names(&whole[..length]).collect::<Vec<_>>(),
                [b""],
                "{length}"
            );
        }
        assert_eq!(Names(&[0; 40]).collect::<Vec<_>>(), [b""]);
        assert_eq!(number(b""), 0);
    }

    /// The test runner's own thread and this one.
    #[test]
    fn two_threads_are_seen() {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || receiver.recv());
        assert_eq!(prove_alone(), Err(OTHERS));
        drop(sender);
        assert!(other.join().unwrap().is_err());
    }
}
