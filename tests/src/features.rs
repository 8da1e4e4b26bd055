//! Which sets a measured feature of std needs, beside `@rust-main`.

/// What every policy starts with.
pub const MAIN: &str = "rust-main";

/// The sets of what std does.
pub const EVERY_SET: &[&str] = &[
    "files-read",
    "files-write",
    "memory",
    "name-resolution",
    "network-client",
    "network-server",
    "process-spawn",
    "program-start",
    "rust-backtrace",
    "rust-main",
    "rust-panic",
    "rust-threads",
    "stdio",
    "time",
    "tokio",
];

/// What no set of std may hold.
pub const WITHOUT_A_SET: &[&str] = &[
    "ioctl",
    "ptrace",
    "bpf",
    "mount",
    "unshare",
    "setns",
    "chown",
    "setuid",
    "io_uring_setup",
    "io_uring_enter",
    "process_vm_writev",
    "perf_event_open",
    "userfaultfd",
    "keyctl",
    "add_key",
    "memfd_create",
    "personality",
    "seccomp",
];

/// A measured feature.
pub struct Feature {
    /// As in the measurement.
    pub name: &'static str,
    /// Its sets.
    pub sets: &'static [&'static str],
    /// What it was seen to call that no set holds, on purpose.
    pub besides: &'static [&'static str],
}

const fn row(name: &'static str, sets: &'static [&'static str]) -> Feature {
    Feature {
        name,
        sets,
        besides: &[],
    }
}

impl Feature {
    const fn and(self, besides: &'static [&'static str]) -> Feature {
        Feature { besides, ..self }
    }
}

const THREADS: &[&str] = &["rust-threads"];
const READ: &[&str] = &["files-read"];
const WRITE: &[&str] = &["files-write"];
const SERVER: &[&str] = &["network-server"];
const SPAWN: &[&str] = &["process-spawn"];

/// Threads that free much let glibc read /proc/sys/vm/overcommit_memory; it copes with a refusal.
const OVERCOMMIT: &[&str] = &["close", "openat", "read"];

/// `available_parallelism` reads cgroup files; it copes with a refusal.
const PROCESSORS: &[&str] = &["lseek", "openat", "statx"];

/// Every measured feature.
pub const FEATURES: &[Feature] = &[
    row("_abort", &["rust-panic"]),
    row("_exit", &[]),
    row("_exit_process", &[]),
    row("_startup", &["program-start"]),
    // cgroup files, without which all processors are counted
    row("available_parallelism", &["rust-threads", "files-read"]),
    row("backtrace_capture", &["rust-backtrace"]),
    row("channel", THREADS),
    row("condvar", THREADS),
    row("dns_localhost", &["name-resolution"]),
    // FIONREAD; glibc copes with a refusal
    row("dns_missing", &["name-resolution"]).and(&["ioctl"]),
    // what relative paths mean is no matter of reading files
    row("env_current_dir", READ).and(&["chdir"]),
    row("env_current_exe", READ),
    row("env_vars", &[]),
    row("exec", SPAWN),
    row("fd_dup", READ),
    row("fs_append_seek_sync", WRITE),
    row("fs_canonicalize", READ),
    row("fs_copy", WRITE),
    row("fs_links", WRITE),
    row("fs_lock", READ),
    row("fs_metadata", READ),
    row("fs_mkdir_rmdir", WRITE),
    // owners are a set of their own
    row("fs_permissions", WRITE).and(&["chown"]),
    row("fs_pread_pwrite", WRITE),
    row("fs_read", READ),
    row("fs_read_dir", READ),
    row("fs_read_missing", READ),
    row("fs_read_to_string", READ),
    row("fs_rename_remove", WRITE),
    row("fs_set_len", WRITE),
    row("fs_write", WRITE),
    row("hashmap", &[]),
    row("heap_large", &["memory"]),
    row("heap_realloc", &["memory"]),
    row("heap_small", &["memory"]),
    row("heap_threads", THREADS).and(OVERCOMMIT),
    row("heap_zeroed", &["memory"]),
    row("io_copy_file", WRITE),
    row("io_copy_socket", &["files-read", "network-client"]),
    // TCGETS and its like
    row("is_terminal", &["stdio"]).and(&["ioctl"]),
    row("mutex_contended", THREADS),
    row("panic_backtrace_1", &["rust-backtrace"]),
    row("panic_backtrace_full", &["rust-backtrace"]),
    row("panic_catch", &["rust-panic"]),
    row("panic_silent", &["rust-panic"]),
    row("panic_thread", &["rust-panic", "rust-threads"]),
    row("panic_unwind_main", &["rust-panic"]),
    row("pipe", &["process-spawn", "stdio"]),
    row("process_id", &[]),
    row("process_kill_trywait", SPAWN),
    // FIONBIO on the pipes; /dev/null
    row("process_output", &["process-spawn", "files-read"]).and(&["ioctl"]),
    row("process_preexec", SPAWN),
    // /dev/null
    row("process_spawn_opts", &["process-spawn", "files-read"]),
    row("process_spawn_path", SPAWN),
    row("process_spawn_wait", SPAWN),
    row("rwlock_barrier", THREADS),
    row("stderr", &["stdio"]),
    row("stdin_line", &["stdio"]),
    row("stdin_to_end", &["stdio"]),
    row("stdout", &["stdio"]),
    row("stdout_big", &["stdio"]),
    row("tcp_client", &["network-client"]),
    // FIONBIO
    row("tcp_options", SERVER).and(&["ioctl"]),
    row("tcp_server", SERVER),
    row("tcp_server_threaded", &["network-server", "rust-threads"]),
    row("thread_detach", THREADS),
    row("thread_many", THREADS),
    row("thread_named", THREADS),
    row("thread_park", THREADS),
    row("thread_scope", THREADS),
    row("thread_sleep", &["time"]),
    row("thread_spawn_join", THREADS),
    row("thread_yield", THREADS),
    row("tokio_fs", &["tokio", "files-write"]),
    row("tokio_lookup_host", &["tokio", "name-resolution"]),
    row("tokio_process", &["tokio", "process-spawn", "files-read"]),
    // it signals itself
    row("tokio_signal", &["tokio", "rust-panic"]).and(PROCESSORS),
    row("tokio_spawn", &["tokio"]).and(PROCESSORS),
    row("tokio_stdio", &["tokio", "stdio"]).and(PROCESSORS),
    row("tokio_sync", &["tokio"]).and(PROCESSORS),
    row("tokio_tcp", &["tokio", "network-server"]).and(PROCESSORS),
    row("tokio_time", &["tokio"]).and(PROCESSORS),
    row("tokio_udp", &["tokio", "network-client"]).and(PROCESSORS),
    row("tokio_unix", &["tokio", "network-server", "files-write"]),
    row("udp", &["network-client"]),
    row("unix_pair_dgram", &["network-client"]),
    // the name that a listener leaves
    row("unix_stream", SERVER).and(&["unlink"]),
    row("write_vectored", WRITE),
];
