//! Standard streams, the heap and files.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, Permissions};
use std::hint::black_box;
use std::io::{self, BufRead, IoSlice, IsTerminal, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, process};

use crate::Feature;

/// What the parent put there.
fn file(directory: &Path) -> PathBuf {
    directory.join("file.txt")
}

pub const FEATURES: &[Feature] = &[
    ("_exit", |_| Ok(())),
    ("_exit_process", |_| process::exit(0)),
    ("stdout", |_| {
        println!("hello");
        io::stdout().flush()
    }),
    ("stdout_big", |_| io::stdout().write_all(&[b'x'; 100_000])),
    ("stderr", |_| {
        eprintln!("hello");
        Ok(())
    }),
    ("stdin_line", |_| {
        io::stdin().lock().read_line(&mut String::new()).map(drop)
    }),
    ("stdin_to_end", |_| {
        io::stdin().read_to_end(&mut Vec::new()).map(drop)
    }),
    ("is_terminal", |_| {
        black_box(io::stdout().is_terminal());
        Ok(())
    }),
    ("write_vectored", |directory| {
        let parts = [IoSlice::new(b"a"), IoSlice::new(b"b\n")];
        let mut file = File::create(file(directory))?;
        let written = [
            io::stdout().lock().write_vectored(&parts)?,
            file.write_vectored(&parts)?,
        ];
        assert_eq!(written, [3, 3], "three bytes fit anywhere");
        Ok(())
    }),
    ("heap_small", |_| {
        let boxes: Vec<Box<[u8; 64]>> = (0..20_000).map(|_| Box::new([0; 64])).collect();
        black_box(&boxes);
        Ok(())
    }),
    ("heap_large", |_| {
        black_box(vec![1_u8; 8 << 20]);
        Ok(())
    }),
    ("heap_zeroed", |_| {
        black_box(vec![0_u64; 4 << 20]);
        Ok(())
    }),
    ("heap_realloc", |_| {
        let mut bytes: Vec<u8> = Vec::with_capacity(1 << 20);
        while bytes.len() < 32 << 20 {
            bytes.extend([7; 4096]);
        }
        black_box(&bytes);
        bytes.truncate(10);
        bytes.shrink_to_fit();
        black_box(&bytes);
        Ok(())
    }),
    ("hashmap", |_| {
        black_box(HashMap::from([(1, 2)]));
        Ok(())
    }),
    ("env_vars", |_| {
        black_box((env::var("HOME").ok(), env::vars_os().count()));
        Ok(())
    }),
    ("env_current_dir", |_| env::current_dir().map(drop)),
    ("env_current_exe", |_| env::current_exe().map(drop)),
    ("fd_dup", |directory| {
        File::open(file(directory))?.try_clone().map(drop)
    }),
    ("fs_read", |directory| {
        File::open(file(directory))?
            .read_to_string(&mut String::new())
            .map(drop)
    }),
    ("fs_read_to_string", |directory| {
        fs::read_to_string(file(directory)).map(drop)
    }),
    ("fs_read_missing", |directory| {
        match fs::read(directory.join("none")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other.map(drop),
        }
    }),
    ("fs_read_dir", |directory| {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            entry.file_type()?;
            entry.metadata()?;
        }
        Ok(())
    }),
    ("fs_metadata", |directory| {
        fs::metadata(file(directory))?;
        fs::symlink_metadata(file(directory))?;
        black_box(file(directory).exists());
        File::open(file(directory))?.metadata().map(drop)
    }),
    ("fs_canonicalize", |directory| {
        fs::canonicalize(file(directory)).map(drop)
    }),
    ("fs_write", |directory| {
        fs::write(directory.join("new"), b"data\n")
    }),
    ("fs_append_seek_sync", |directory| {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(file(directory))?;
        file.write_all(b"x\n")?;
        file.seek(SeekFrom::Start(0))?;
        file.sync_all()?;
        file.sync_data()
    }),
    ("fs_pread_pwrite", |directory| {
        let file = File::options()
            .read(true)
            .write(true)
            .open(file(directory))?;
        let mut bytes = [0; 2];
        file.read_at(&mut bytes, 0)?;
        file.write_at(&bytes, 1).map(drop)
    }),
    ("fs_set_len", |directory| {
        File::options()
            .write(true)
            .open(file(directory))?
            .set_len(3)
    }),
    ("fs_copy", |directory| {
        fs::copy(file(directory), directory.join("copy")).map(drop)
    }),
    ("fs_links", |directory| {
        symlink(file(directory), directory.join("soft"))?;
        fs::read_link(directory.join("soft"))?;
        fs::hard_link(file(directory), directory.join("hard"))?;
        fs::remove_file(directory.join("soft"))
    }),
    ("fs_mkdir_rmdir", |directory| {
        fs::create_dir_all(directory.join("a/b/c"))?;
        fs::remove_dir(directory.join("a/b/c"))?;
        fs::write(directory.join("a/b/f"), b"")?;
        fs::remove_dir_all(directory.join("a"))
    }),
    ("fs_permissions", |directory| {
        fs::set_permissions(file(directory), Permissions::from_mode(0o600))?;
        let open = File::options().write(true).open(file(directory))?;
        open.set_permissions(Permissions::from_mode(0o644))?;
        open.set_modified(SystemTime::UNIX_EPOCH)
    }),
    ("fs_rename_remove", |directory| {
        fs::write(directory.join("one"), b"1")?;
        fs::rename(directory.join("one"), directory.join("two"))?;
        fs::remove_file(directory.join("two"))
    }),
    ("io_copy_file", |directory| {
        let mut to = File::create(directory.join("copy"))?;
        io::copy(&mut File::open(file(directory))?, &mut to).map(drop)
    }),
    ("io_copy_socket", |directory| {
        let (mut one, _other) = UnixStream::pair()?;
        io::copy(&mut File::open(file(directory))?, &mut one).map(drop)
    }),
    // What the sets of others don't hold.
    ("open", |directory| File::open(file(directory)).map(drop)),
    ("print", |_| io::stderr().write_all(b"x")),
    ("rename", |directory| {
        fs::rename(file(directory), directory.join("other"))
    }),
];
