#![deny(warnings)]

use seccomptime::seccomp;

#[seccomp(allow(@chown, fchown), default = log)]
fn main() {}
