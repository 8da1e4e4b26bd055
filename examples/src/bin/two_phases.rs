//! Two filters, one on top of the other: wide while the program starts, narrow while it serves.
//!
//! A filter can't be taken off or widened. The first one must allow installing the second (`@install`); from then on a call
//! gets the stricter answer of the two.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;

use seccomptime::{Policy, policy, seccomp};

/// While serving: no new file, no new listener, nothing but the clients. For all threads of the process.
static SERVING: Policy = policy!(
    allow(@rust-main, @rust-panic, @stdio, accept4, accept, recvfrom, recv, sendto, send, close),
    // In a debug build std asks, before it closes a descriptor, whether it is open.
    allow(fcntl),
    flags(tsync),
);

#[seccomp(allow(@rust-main, @rust-panic, @stdio, @files-read, @network-server, @install))]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Starting: the greeting is read from a file, the port is bound.
    let greeting = match std::env::args().nth(1) {
        Some(file) => std::fs::read_to_string(file)?,
        None => "hello\n".to_owned(),
    };
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);

    let status = SERVING.install()?;
    println!("{status}");
    io::stdout().flush()?;

    // Serving: one line in, the greeting out. `quit` ends, `escape` tries what the first phase was allowed.
    for client in listener.incoming() {
        let mut client = BufReader::new(client?);
        let mut line = String::new();
        client.read_line(&mut line)?;
        client.get_mut().write_all(greeting.as_bytes())?;
        match line.trim() {
            "quit" => break,
            "escape" => drop(std::fs::read("/etc/passwd")?),
            _ => {}
        }
    }
    Ok(())
}
