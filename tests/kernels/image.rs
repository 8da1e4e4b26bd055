//! The memory that a kernel starts with: an archive of the programs, as the kernel's own documentation
//! (driver-api/early-userspace/buffer-format) has it, written here since the machine may have no `cpio`.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// `S_IFDIR`, `S_IFREG` and `S_IFLNK` (linux/stat.h) with what everybody may do.
const FOLDER: u32 = 0o040_755;
const FILE: u32 = 0o100_755;
const LINK: u32 = 0o120_777;

/// An archive in the making.
#[derive(Default)]
pub struct Image {
    bytes: Vec<u8>,
    folders: BTreeSet<PathBuf>,
    entries: u32,
}

impl Image {
    /// An empty folder.
    pub fn folder(&mut self, path: &Path) {
        for folder in path.ancestors().collect::<Vec<_>>().into_iter().rev() {
            if folder.parent().is_some() && self.folders.insert(folder.to_owned()) {
                self.entry(folder, FOLDER, &[]);
            }
        }
    }

    /// A copy of a program, at the same path as here.
    pub fn program(&mut self, path: &Path) -> io::Result<()> {
        self.folder(path.parent().expect("a program's path is absolute"));
        self.entry(path, FILE, &std::fs::read(path)?);
        Ok(())
    }

    /// A symbolic link.
    pub fn link(&mut self, path: &str, to: &Path) {
        self.entry(Path::new(path), LINK, to.as_os_str().as_bytes());
    }

    /// The finished archive.
    pub fn build(mut self) -> Vec<u8> {
        self.entry(Path::new("/TRAILER!!!"), 0, &[]);
        self.bytes
    }

    fn entry(&mut self, path: &Path, mode: u32, content: &[u8]) {
        let name = path
            .strip_prefix("/")
            .expect("an absolute path")
            .as_os_str()
            .as_bytes();
        self.entries += 1;
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("less than 4 GiB");
        // Inode, mode, owner, group, links, time, size, device (two words), device the file is for (two), the name with its 0, sum.
        let fields = [
            self.entries,
            mode,
            0,
            0,
            1,
            0,
            length(content),
            0,
            0,
            0,
            0,
            length(name) + 1,
            0,
        ];
        self.bytes.extend_from_slice(b"070701");
        for field in fields {
            self.bytes
                .extend_from_slice(format!("{field:08x}").as_bytes());
        }
        self.bytes.extend_from_slice(name);
        self.bytes.push(0);
        self.pad();
        self.bytes.extend_from_slice(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_holds_each_folder_once_and_ends() {
        let mut image = Image::default();
        image.folder(Path::new("/a/b"));
        image.folder(Path::new("/a/c"));
        image.link("/init", Path::new("/a/b"));
        let bytes = image.build();
        assert_eq!(bytes.len() % 4, 0);
        let text = String::from_utf8(bytes).expect("it is all ASCII");
        let names: Vec<_> = text
            .split("070701")
            .skip(1)
            .map(|entry| entry[13 * 8..].split('\0').next())
            .collect();
        assert_eq!(names, ["a", "a/b", "a/c", "init", "TRAILER!!!"].map(Some));
        assert!(text.contains("init\0\0/a/b"), "{text:?}");
    }
}
