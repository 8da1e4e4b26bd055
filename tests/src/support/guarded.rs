//! What the programs of the old-kernel tests do once they are let.

/// Printed by user code under its filter.
pub const IN_FORCE: &str = "user code, filter in force\n";
/// Printed by user code without it.
pub const UNPROTECTED: &str = "user code, unprotected\n";

/// Tells that user code runs, and whether the filter is in force: each of the programs answers getppid with an errno, which std takes
/// for a process id.
pub fn user_code() {
    let in_force = std::os::unix::process::parent_id() == u32::MAX;
    print!("{}", if in_force { IN_FORCE } else { UNPROTECTED });
}

/// The line of this thread's `no_new_privs`.
pub fn no_new_privs() -> String {
    let status = std::fs::read_to_string("/proc/thread-self/status").expect("procfs");
    let line = status.lines().find(|line| line.starts_with("NoNewPrivs:"));
    format!("{}\n", line.expect("a kernel since 4.10"))
}
