//! Code that is mapped already. A page of a program that is used for the first time costs some microseconds, as much as a load of
//! a small filter: how many there are is the linker's doing, and would be the noise of every comparison.

use std::fs;
use std::io;
use std::ptr;

/// The parts of this process's files that are read or run, never written: a fork leaves it to the child to map them.
pub struct Code(Vec<(usize, usize)>);

impl Code {
    /// Those of this process.
    pub fn of_this_process() -> Code {
        let maps = fs::read_to_string("/proc/self/maps").expect("the process's own maps");
        Code(maps.lines().filter_map(mapping).collect())
    }

    /// Maps them all.
    pub fn map(&self) {
        for &(start, length) in &self.0 {
            let start = ptr::with_exposed_provenance_mut(start);
            // SAFETY: the mappings are there as long as the process, and reading their pages changes nothing.
            let done = unsafe { libc::madvise(start, length, libc::MADV_POPULATE_READ) };
            assert_eq!(done, 0, "madvise: {}", io::Error::last_os_error());
        }
    }
}

/// Start and length of a line of maps, where it is such a part.
fn mapping(line: &str) -> Option<(usize, usize)> {
    let mut words = line.split_ascii_whitespace();
    let (range, access) = (words.next()?, words.next()?);
    if !line.contains('/') || !access.starts_with('r') || access.contains('w') {
        return None;
    }
    let (start, end) = range.split_once('-')?;
    let [start, end] = [start, end].map(|at| usize::from_str_radix(at, 16).ok());
    Some((start?, end? - start?))
}
