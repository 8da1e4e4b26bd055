//! What a thread of this process is called.

use core::ffi::CStr;

use crate::kernel;
use crate::words::whole_characters;

/// `TASK_COMM_LEN` of linux/sched.h, with the line's end in place of the NUL.
const ROOM: usize = 16;

/// A thread's name: what [`std::thread::Builder::name`] or the process's own made it, cut by the kernel to 15 bytes.
pub(crate) struct ThreadName {
    line: [u8; ROOM],
    length: usize,
}

impl ThreadName {
    /// The name of the thread with this id, if it still is there, `/proc` is, and no filter is in the way.
    #[cold]
    #[inline(never)]
    pub(crate) fn read(id: u32) -> Option<ThreadName> {
        let mut path = [0; PATH];
        let mut line = [0; ROOM];
        let length = kernel::read_start(path_of(id, &mut path)?, &mut line).ok()?;
        let length = line.iter().take(length).position(|&byte| byte == b'\n')?;
        Some(ThreadName { line, length })
    }

    /// What of it is text: bytes that are no UTF-8, such as a character that the kernel cut, end it.
    pub(crate) fn as_str(&self) -> &str {
        whole_characters(self.line.get(..self.length).unwrap_or_default())
    }
}

const BEFORE: &[u8] = b"/proc/self/task/";
const AFTER: &[u8] = b"/comm\0";
/// As many digits as a u32 has.
const DIGITS: usize = 10;
const PATH: usize = BEFORE.len() + DIGITS + AFTER.len();

fn path_of(id: u32, room: &mut [u8; PATH]) -> Option<&CStr> {
    let mut digits = [0; DIGITS];
    let mut first = DIGITS;
    let mut rest = id;
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        // A remainder of ten is a byte.
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        first = place;
        if rest == 0 {
            break;
        }
    }
    let digits = digits.get(first..).unwrap_or_default();
    let bytes = BEFORE.iter().chain(digits).chain(AFTER);
    room.iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    CStr::from_bytes_until_nul(room).ok()
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn paths_hold_the_number() {
        for id in [0, 7, 10, 4711, u32::MAX] {
            let mut room = [0; PATH];
            let path = path_of(id, &mut room).unwrap().to_str().unwrap();
            assert_eq!(path, format!("/proc/self/task/{id}/comm"));
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_has_its_name() {
        let name = |name: &str| {
            let thread = std::thread::Builder::new().name(name.into());
            let own = thread.spawn(|| {
                let link = std::fs::read_link("/proc/thread-self").unwrap();
                let id = link.file_name().unwrap().to_str().unwrap();
                ThreadName::read(id.parse().unwrap()).unwrap()
            });
            own.unwrap().join().unwrap()
        };
        assert_eq!(name("worker").as_str(), "worker");
        assert_eq!(
            name("a worker with a long name").as_str(),
            "a worker with a"
        );
        // The kernel cuts the last character in two.
        assert_eq!(name("fourteen bytesß").as_str(), "fourteen bytes");
        assert!(ThreadName::read(u32::MAX).is_none());
    }

    #[test]
    fn what_is_no_text_ends_it() {
        let line = *b"ab\xffcd\n..........";
        let name = ThreadName { line, length: 5 };
        assert_eq!(name.as_str(), "ab");
    }
}
