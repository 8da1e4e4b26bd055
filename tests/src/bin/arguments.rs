//! Rules that look at arguments, with calls that the kernel refuses by itself in another way than the policy does: each line tells
//! which values pass.

use seccomptime::seccomp;
use seccomptime_tests::support::call::Call;
use std::io;

/// What the policy answers, and no kernel to these calls.
const DENIED: i32 = libc::EDOM;

/// Whether a libc call that failed got past the filter.
fn passes<N: Into<i64>>(answer: N) -> bool {
    let error = io::Error::last_os_error().raw_os_error();
    assert_eq!(answer.into(), -1, "each of the calls fails");
    error != Some(DENIED)
}

fn line<T: Copy>(name: &str, values: &[T], passes: impl Fn(T) -> bool) {
    let passed: Vec<_> = values.iter().map(|&value| passes(value)).collect();
    println!("{name} {passed:?}");
}

/// No file, so that nothing is read or written.
const NO_FILE: libc::c_int = -1;

fn read_at(position: i64) -> bool {
    let mut byte = 0_u8;
    // SAFETY: the kernel writes at most one byte, during the call.
    passes(
        i64::try_from(unsafe { libc::pread64(NO_FILE, (&raw mut byte).cast(), 1, position) })
            .expect("64 bits"),
    )
}

fn write_at(position: i64) -> bool {
    let byte = 0_u8;
    // SAFETY: the kernel reads at most one byte, during the call.
    passes(
        i64::try_from(unsafe { libc::pwrite64(NO_FILE, (&raw const byte).cast(), 1, position) })
            .expect("64 bits"),
    )
}

/// With garbage above what the kernel reads, where registers are wider.
fn priority(who: i32) -> bool {
    let number = u32::try_from(libc::SYS_getpriority).expect("a call of this arch");
    let [a, b, c, d] = who.to_le_bytes();
    let wide = u64::from_le_bytes([a, b, c, d, 0xef, 0xbe, 0xad, 0xde]);
    // SAFETY: it changes nothing.
    let answer =
        unsafe { Call::native(number, [u64::from(libc::PRIO_PROCESS), wide, 0, 0, 0, 0]).make() };
    assert!(answer < 0, "no process has such a number");
    answer != -i64::from(DENIED)
}

/// Its length is odd, which no kernel takes.
fn affinity(length: u32) -> bool {
    let number = u32::try_from(libc::SYS_sched_getaffinity).expect("a call of this arch");
    // SAFETY: the kernel writes to no mask as long as the length is odd.
    let answer = unsafe { Call::native(number, [0, u64::from(length), 0, 0, 0, 0]).make() };
    assert!(answer < 0, "odd");
    answer != -i64::from(DENIED)
}

fn lock(operation: libc::c_int) -> bool {
    // SAFETY: two integers.
    passes(unsafe { libc::flock(NO_FILE, operation) })
}

#[seccomp(
    allow(@rust-main, @rust-panic, @stdio),
    allow(getpriority(who in -7..=-5)),
    allow(sched_getaffinity(len >= 0x8000_0000)),
    allow(pread64(pos in 0x1_0000_0001..=0x2_0000_0000)),
    allow(pwrite64(pos < 0)),
    allow(flock(cmd & LOCK_NB == LOCK_NB)),
    waive(equivalent: "it is the arguments that are looked at"),
    default = errno(EDOM),
)]
fn main() {
    line("int", &[-8, -7, -6, -5, -4, i32::MIN], priority);
    line(
        "unsigned",
        &[1, 0x7fff_ffff, 0x8000_0001, u32::MAX],
        affinity,
    );
    line(
        "range of 64 bits",
        &[
            1,
            0x1_0000_0000,
            0x1_0000_0001,
            0x1_ffff_ffff,
            0x2_0000_0000,
            0x2_0000_0001,
        ],
        read_at,
    );
    line("sign of 64 bits", &[i64::MIN, -1, 0, 1, i64::MAX], write_at);
    line(
        "mask",
        &[libc::LOCK_SH, libc::LOCK_SH | libc::LOCK_NB, libc::LOCK_UN],
        lock,
    );
}
