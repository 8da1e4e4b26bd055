#![deny(warnings)]

use seccomptime::seccomp;

#[seccomp(allow(@rust-main), hot(@stdio, write), default = log)]
fn main() {}
