//! The same server, the policy below `#[tokio::main]`, which comes to the same.

use seccomptime::seccomp;

#[tokio::main]
#[seccomp(
    allow(@rust-main, @rust-panic, @stdio, @rust-threads, @tokio, @network-server),
    // How many CPUs there are is looked up in files; where that fails tokio asks the scheduler.
    errno(EACCES: open, openat),
)]
async fn main() -> std::io::Result<()> {
    seccomptime_examples::echo().await
}
