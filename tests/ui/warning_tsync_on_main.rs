#![deny(warnings)]

use seccomptime::seccomp;

#[seccomp(allow(read), default = log, flags(tsync))]
fn main() {}
