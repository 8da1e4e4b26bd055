//! A program that asks what its attribute put in force, from the main thread and from another.

use seccomptime::{Policy, policy, seccomp};

static LATER: Policy = policy!(errno(EACCES: getppid), default = log, flags(log, tsync));

fn said() -> String {
    seccomptime::status().map_or("none".to_owned(), |status| status.to_string())
}

#[seccomp(allow(@rust-main, @stdio), default = log or errno(EPERM), on_error = continue)]
fn main() {
    println!("main: {}", said());
    let thread = std::thread::spawn(said).join();
    println!("thread: {}", thread.expect("it only asks"));
    let later = LATER.install().map(|status| status.to_string());
    println!("later: {}", later.unwrap_or_else(|error| error.to_string()));
    println!("main: {}", said());
}
