//! Runs a command that may not reach the network: `without_network COMMAND [ARGUMENT…]`.
//!
//! The filter is on the child alone, from just before its exec on; this program goes on as it was. Where it can't be put in force
//! the command isn't started, and the error says why.

use std::env;
use std::process::{Command, ExitCode};

use seccomptime::{CommandExt, Policy, policy};

static NO_NETWORK: Policy = policy!(
    errno(EACCES: socket, socketpair),
    // A ring does its I/O past any filter.
    errno(ENOSYS: io_uring_setup, io_uring_enter, io_uring_register),
    default = allow,
);

/// The status of a command that a signal ended, or that wasn't started.
const FAILED: u8 = 125;

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("usage: without_network COMMAND [ARGUMENT…]");
        return ExitCode::from(FAILED);
    };
    let mut command = Command::new(&program);
    command.args(arguments);
    match command.seccomp(&NO_NETWORK).status() {
        Ok(status) => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            ExitCode::from(code.unwrap_or(FAILED))
        }
        Err(error) => {
            eprintln!("{}: {error}", program.to_string_lossy());
            ExitCode::from(FAILED)
        }
    }
}
