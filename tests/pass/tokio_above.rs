//! The policy above the runtime's attribute, with a `cfg` between them.

#![deny(warnings)]

#[sandbox::seccomp(allow(read, write), default = log, crate = sandbox)]
/// The entry.
#[cfg(unix)]
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    #![allow(unused_variables)]
    let unused = 1;
    tokio::task::spawn(async { println!("above") }).await?;
    Ok(())
}

#[cfg(not(unix))]
fn main() {}
