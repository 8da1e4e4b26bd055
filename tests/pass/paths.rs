//! Paths that begin with a type, or hold some, as values wherever there can be one.

#![deny(warnings)]

use sandbox::{Policy, nr, policy};

trait Limit {
    const LEAST: i32;
    const MOST: i32;
}

struct Small;
struct Pair<A, B>(std::marker::PhantomData<(A, B)>);

impl Limit for Small {
    const LEAST: i32 = 1;
    const MOST: i32 = 7;
}

impl<A: Limit, B: Limit> Limit for Pair<A, B> {
    const LEAST: i32 = A::LEAST + B::LEAST;
    const MOST: i32 = A::MOST + B::MOST;
}

const fn most<A: Limit, B: Limit>() -> i32 {
    A::MOST + B::MOST
}

static POLICY: Policy = policy!(
    allow(exit_group),
    allow(
        close(fd < <Small as Limit>::MOST),
        dup(fildes in <Small as Limit>::LEAST..=<Pair<Small, Small> as Limit>::MOST),
        fsync(fd in [<Small>::MOST, Pair::<Small, Small>::LEAST]),
        fdatasync(fd & <Small as Limit>::MOST == <Small as Limit>::LEAST),
        syncfs(fd >= most::<Small, Small>(), fd <= 1 << <Small as Limit>::MOST),
    ),
    errno(<Pair<Small, Small> as Limit>::MOST: getppid),
    default = errno(<Small as Limit>::MOST),
    crate = sandbox,
);

fn allowed(call: i64, values: std::ops::Range<u64>) -> Vec<u64> {
    let is_allowed = |value: &u64| POLICY.decide(call as _, [*value; 6]).is_allowed();
    values.filter(is_allowed).collect()
}

fn main() {
    assert_eq!(allowed(nr::CLOSE.into(), 0..100), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(allowed(nr::DUP.into(), 0..100), (1..=14).collect::<Vec<_>>());
    assert_eq!(allowed(nr::FSYNC.into(), 0..100), [2, 7]);
    assert_eq!(allowed(nr::FDATASYNC.into(), 0..20), [1, 9, 17]);
    assert_eq!(allowed(nr::SYNCFS.into(), 0..200), (14..=128).collect::<Vec<_>>());
    let errno = |call| POLICY.decide(call, [0; 6]).errno();
    assert_eq!((errno(nr::GETPPID), errno(nr::GETUID)), (Some(14), Some(7)));
    println!("paths");
}
