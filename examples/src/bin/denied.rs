//! A call that the policy lacks, told by the program itself: what was called, where the policy stands, and what to add to it.
//!
//! In a debug build what no rule allows is trapped: the reporter says which call it was, and the process dies of it as it would otherwise. In a
//! release build it dies without a word, and carries neither the reporter nor the names of calls.

use seccomptime::seccomp;

#[seccomp(
    allow(@rust-main, @rust-panic, @stdio),
    debug_default = trap,
    report,
)]
fn main() {
    println!("looking for /etc/hostname");
    let name = std::fs::read_to_string("/etc/hostname");
    println!("found {name:?}");
}
