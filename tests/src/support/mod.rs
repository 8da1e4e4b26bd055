//! What tests on the real kernel stand on: forked children, outer filters and
//! supervisors that fake other kernels, the kernel's own log, sweeps over every call, packages outside the workspace.

pub mod apt;
pub mod audit;
pub mod bpf;
pub mod call;
pub mod fakes;
pub mod fork;
pub mod guarded;
pub mod harness;
pub mod launch;
pub mod machine;
pub mod program;
pub mod supervisor;
pub mod sweep;
pub mod under_set;
pub mod user_crate;

use std::io;

/// The answer of a libc call that gives -1 for failure.
fn checked<N: Into<i64> + Copy>(answer: N) -> io::Result<N> {
    if answer.into() == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(answer)
    }
}

/// The same 32 bits as the kernel's int.
pub const fn signed(word: u32) -> i32 {
    i32::from_ne_bytes(word.to_ne_bytes())
}

/// The same 32 bits of a kernel's int.
pub const fn unsigned(int: i32) -> u32 {
    u32::from_ne_bytes(int.to_ne_bytes())
}
