//! Newer calls that answer ENOSYS, so that libc makes the older ones.

#![deny(warnings)]

use sandbox::seccomp;

#[seccomp(
    allow(@rust-main, @rust-panic, @stdio, @rust-threads - clone3),
    errno(ENOSYS: clone3),
    default = errno(EPERM),
    crate = ::sandbox,
)]
fn main() {
    let thread = std::thread::spawn(|| 7);
    println!("{:?}", thread.join());
}
