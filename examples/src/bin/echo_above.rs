//! An echo server on tokio, the policy above `#[tokio::main]`: the filter is there before the runtime makes a thread.

use seccomptime::seccomp;

#[seccomp(
    allow(@rust-main, @rust-panic, @stdio, @rust-threads, @tokio, @network-server),
    // How many CPUs there are is looked up in files; where that fails tokio asks the scheduler.
    errno(EACCES: open, openat),
)]
#[tokio::main]
async fn main() -> std::io::Result<()> {
    seccomptime_examples::echo().await
}
