#![deny(warnings)]

use seccomptime::seccomp;

#[seccomp(allow(@rust-main))]
fn main() {}
