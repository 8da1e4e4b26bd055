//! The policy below the runtime's attribute, and a runtime's attribute on a function that isn't `main`.

#![deny(warnings)]

#[tokio::main]
#[sandbox::seccomp(allow(read, write), default = log, crate = sandbox)]
/// The entry.
async fn main() {
    #![allow(unused_variables)]
    let unused = 1;
    tokio::task::spawn(async { println!("below") }).await.unwrap();
    assert_eq!(std::thread::spawn(other).join().unwrap(), 7);
}

#[sandbox::seccomp(allow(read, write), default = log, waive(stacks: "once"), crate = sandbox)]
#[tokio::main(flavor = "current_thread")]
async fn other() -> u8 {
    7
}
