//! Values in parentheses, which a mask of several parts must have, and others may.

#![deny(warnings)]

use sandbox::{Policy, nr, policy};

const THIRTEEN: i32 = 13;

static READS: Policy = policy!(
    allow(
        exit_group,
        openat(flags & (O_ACCMODE | O_CREAT) == (O_RDONLY)),
        lseek(whence in [(SEEK_SET), (1 | 2)]),
        kill(sig in (SIGHUP)..=(crate::THIRTEEN)),
    ),
    default = errno((EACCES)),
    crate = ::sandbox,
);

fn main() {
    let open = |flags| READS.decide(nr::OPENAT, [0, 0, flags, 0, 0, 0]);
    println!("{} {}", open(0).is_allowed(), open(0o100).errno() == Some(13));
}
