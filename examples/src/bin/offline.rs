//! A program that is allowed everything but the network, and copes with the refusal.
//!
//! A deny list is the weaker kind of policy: what it forgets is open. It is the right one where a program does too much to
//! be listed, and one thing must not happen.

use std::net::{TcpStream, UdpSocket};

use seccomptime::seccomp;

#[seccomp(
    errno(EACCES: socket, socketpair),
    // A ring does its I/O past any filter.
    errno(ENOSYS: io_uring_setup, io_uring_enter, io_uring_register),
    default = allow,
)]
fn main() {
    match TcpStream::connect("127.0.0.1:9") {
        Ok(_) => println!("connected"),
        Err(error) => println!("no TCP: {error}"),
    }
    match UdpSocket::bind("127.0.0.1:0") {
        Ok(_) => println!("bound"),
        Err(error) => println!("no UDP: {error}"),
    }
    println!(
        "files are open: {}",
        std::fs::read("/proc/self/comm").is_ok()
    );
}
