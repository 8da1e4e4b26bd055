//! What `default = log` does: everything is allowed, and what the policy doesn't name is written to the kernel's log.

use seccomptime::seccomp;

#[seccomp(allow(read, write), default = log)]
fn main() {
    println!("hello from pid {}", std::process::id());
}
