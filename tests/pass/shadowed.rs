//! A crate that calls its own things what the expansion calls the language's, libc's or ours.

#![forbid(unsafe_code)]
#![deny(warnings)]
#![forbid(unused_imports)]
#![allow(non_camel_case_types, dead_code)]

struct u8;
struct u16;
struct u32;
struct i128;
struct usize;
struct Ok;
struct Err;
struct Result;
struct Policy;

mod core {}
mod std {}
mod seccomptime {}

mod libc {
    pub const EPERM: isize = 77;
}

const __SECCOMPTIME_POLICY: isize = 1;
const __SECCOMPTIME_RECORD: isize = 1;
const MINE: i64 = 13;

static WORKER: sandbox::Policy = sandbox::policy!(
    allow(read, exit_group),
    // The crate's own `libc`, and the one that everybody means.
    default = errno(self::libc::EPERM - 69 - libc::EPERM as isize),
    crate = ::sandbox
);

macro_rules! make_main {
    ($name:ident $body:block $($call:ident)*; $set:tt $value:expr) => {
        #[sandbox::seccomp(
            allow($($call),*, @$set),
            errno(MINE: ptrace), errno(crate::libc::EPERM: reboot), errno(EACCES: acct), errno($value: pivot_root),
            default = log, crate = ::sandbox
        )]
        fn $name() $body
    };
}

make_main!(main {
    let decision = WORKER.decide(9999, [0; 6]);
    assert_eq!(decision.errno(), Some(38));
    let decision = WORKER.decide(sandbox::nr::WRITE, [0; 6]);
    assert_eq!(decision.errno(), Some(7));
    println!("{}", __SECCOMPTIME_POLICY + __SECCOMPTIME_RECORD);
} read write; chown EPERM + 1);
