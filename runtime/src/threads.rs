//! Whether the process has one thread: what a filter on the calling thread alone has to know.

use crate::{Call, Errno, Error, kernel};

/// An error unless `/proc` says that the process has one thread.
pub(crate) fn prove_alone() -> Result<(), Error> {
    // The first half of the line is enough.
    let mut buffer = [0; 512];
    match kernel::read_start(c"/proc/self/stat", &mut buffer) {
        Ok(length) => judge(buffer.get(..length).unwrap_or_default()),
        Err((call, None)) => Err(Error::WouldKill { call }),
        Err((call, errno)) => Err(Error::NotAlone { call, errno }),
    }
}

/// Where proc_pid_stat(5) has the number of threads: so many spaces after the name.
const NUM_THREADS: usize = 18;

fn judge(stat: &[u8]) -> Result<(), Error> {
    let not_alone = |errno| Error::NotAlone {
        call: Call::Read,
        errno,
    };
    match after_name(stat, NUM_THREADS) {
        Some([b'1', b' ', ..]) => Ok(()),
        Some([b'0'..=b'9', ..]) => Err(not_alone(None)),
        // No number: that says nothing of any process.
        _ => Err(not_alone(Some(Errno::ESRCH))),
    }
}

/// What follows this many spaces after the name in a line of `/proc/PID/stat`.
fn after_name(stat: &[u8], spaces: usize) -> Option<&[u8]> {
    // A name may hold spaces and parentheses; what follows it holds none of the latter.
    let name_end = stat.iter().rposition(|&byte| byte == b')')?;
    let mut seen = 0;
    let last = stat.get(name_end..)?.iter().position(|&byte| {
        seen += usize::from(byte == b' ');
        seen == spaces
    })?;
    stat.get(name_end + last + 1..)
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    const OTHERS: Error = Error::NotAlone {
        call: Call::Read,
        errno: None,
    };

    #[test]
    fn reads_the_kernel_s_line() {
        let fields = "S 1 4711 4711 34816 5000 4194304 100 0 0 0 0 0 0 0 20 0 {} 0 8712 1 2 3";
        for name in ["(cat)", "(a b)", "(a) S 1 2 ()", "())", "(\n)"] {
            for threads in ["1", "2", "11"] {
                let line = format!("4711 {name} {}\n", fields.replace("{}", threads));
                let expected = if threads == "1" { Ok(()) } else { Err(OTHERS) };
                assert_eq!(judge(line.as_bytes()), expected, "{line}");
            }
        }
    }

    #[test]
    fn what_is_cut_off_proves_nothing() {
        let line = b"4711 (cat) S 1 4711 4711 34816 5000 4194304 100 0 0 0 0 0 0 0 20 0 1 ";
        assert_eq!(judge(line), Ok(()));
        for length in 0..line.len() {
            assert!(judge(&line[..length]).is_err(), "{length}");
        }
        let no_number = b"1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 x 18";
        assert_ne!(judge(no_number), Err(OTHERS));
        assert!(judge(no_number).is_err());
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
