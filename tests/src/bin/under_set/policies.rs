//! A policy for each combination of sets that a feature needs.
//!
//! What a feature calls besides, and copes with, is refused by an errno; see the crate's `features`.

use seccomptime::{Policy, policy};

/// The features, and their policy.
type Row = (&'static [&'static str], Policy);

/// The policy of a feature.
pub fn of(feature: &str) -> Option<&'static Policy> {
    POLICIES
        .iter()
        .find(|(features, _)| features.contains(&feature))
        .map(|(_, policy)| policy)
}

static POLICIES: &[Row] = &[
    (
        &[
            "_exit",
            "_exit_process",
            "env_vars",
            "hashmap",
            "outside",
            "print",
            "process_id",
        ],
        policy!(allow(@rust-main), default = kill_process),
    ),
    (
        &["clock"],
        policy!(allow(@rust-main - clock_gettime - clock_gettime64), default = kill_process),
    ),
    (
        &["heap_large", "heap_realloc", "heap_small", "heap_zeroed"],
        policy!(allow(@rust-main, @memory), default = kill_process),
    ),
    (
        &[
            "open",
            "stderr",
            "stdin_line",
            "stdin_to_end",
            "stdout",
            "stdout_big",
        ],
        policy!(allow(@rust-main, @stdio), default = kill_process),
    ),
    (
        &["is_terminal"],
        policy!(allow(@rust-main, @stdio), errno(ENOTTY: ioctl), default = kill_process),
    ),
    (
        &["thread_sleep"],
        policy!(allow(@rust-main, @time), default = kill_process),
    ),
    (
        &["_abort", "panic_catch", "panic_silent", "panic_unwind_main"],
        policy!(allow(@rust-main, @rust-panic), default = kill_process),
    ),
    (
        &["panic_thread"],
        policy!(allow(@rust-main, @rust-panic, @rust-threads), default = kill_process),
    ),
    (
        &[
            "backtrace_capture",
            "panic_backtrace_1",
            "panic_backtrace_full",
        ],
        policy!(allow(@rust-main, @rust-backtrace), default = kill_process),
    ),
    (
        &[
            "channel",
            "condvar",
            "mutex_contended",
            "rwlock_barrier",
            "spawn",
            "thread_detach",
            "thread_many",
            "thread_named",
            "thread_park",
            "thread_scope",
            "thread_spawn_join",
            "thread_yield",
        ],
        policy!(
            allow(@rust-main, @rust-threads),
            // glibc's allocator counts the processors for the third thread; with wider words for the ninth.
            arch(i686, arm: errno(EACCES: open, openat)),
            default = kill_process,
        ),
    ),
    (
        &["heap_threads"],
        policy!(
            allow(@rust-main, @rust-threads),
            errno(EACCES: open, openat),
            default = kill_process,
        ),
    ),
    (
        &["available_parallelism"],
        policy!(allow(@rust-main, @rust-threads, @files-read), default = kill_process),
    ),
    (
        &[
            "env_current_dir",
            "env_current_exe",
            "fd_dup",
            "fs_canonicalize",
            "fs_metadata",
            "fs_read",
            "fs_read_dir",
            "fs_read_missing",
            "fs_read_to_string",
            "rename",
        ],
        policy!(allow(@rust-main, @files-read), default = kill_process),
    ),
    (
        &[
            "fs_append_seek_sync",
            "fs_copy",
            "fs_links",
            "fs_mkdir_rmdir",
            "fs_permissions",
            "fs_pread_pwrite",
            "fs_rename_remove",
            "fs_set_len",
            "fs_write",
            "io_copy_file",
            "socket",
            "write_vectored",
        ],
        policy!(allow(@rust-main, @files-write), default = kill_process),
    ),
    (
        &["io_copy_socket"],
        policy!(allow(@rust-main, @files-read, @network-client), default = kill_process),
    ),
    (
        &["listen", "tcp_client", "udp", "unix_pair_dgram"],
        policy!(allow(@rust-main, @network-client), default = kill_process),
    ),
    (
        &["tcp_server", "unix_stream"],
        policy!(allow(@rust-main, @network-server), default = kill_process),
    ),
    (
        &["tcp_server_threaded"],
        policy!(allow(@rust-main, @network-server, @rust-threads), default = kill_process),
    ),
    (
        &["dns_localhost"],
        policy!(allow(@rust-main, @name-resolution), default = kill_process),
    ),
    (
        &["exec"],
        policy!(allow(@rust-main, @process-spawn), default = kill_process),
    ),
    (
        &[
            "process_kill_trywait",
            "process_preexec",
            "process_spawn_path",
            "process_spawn_wait",
        ],
        policy!(allow(@rust-main, @process-spawn, @program-start), default = kill_process),
    ),
    (
        &["process_spawn_opts"],
        policy!(
            allow(@rust-main, @process-spawn, @program-start, @files-read),
            default = kill_process,
        ),
    ),
];
