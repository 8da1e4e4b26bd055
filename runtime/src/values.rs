//! The values of conditions, checked where rustc evaluates them: each of these panics at the place of the value, so that the build
//! fails there.
//!
//! A value comes as `i128`, which holds every integer that an argument can have; it goes on as the bits that the argument has for it.

/// The type of an argument: how many bits the kernel looks at, and whether it orders them as signed numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// 16 bits, unsigned.
    U16,
    /// 32 bits, unsigned.
    U32,
    /// 32 bits, signed.
    I32,
    /// 64 bits, unsigned.
    U64,
    /// 64 bits, signed.
    I64,
}

impl Bits {
    const fn least(self) -> i128 {
        match self {
            Bits::U16 | Bits::U32 | Bits::U64 => 0,
            Bits::I32 => i32::MIN as i128,
            Bits::I64 => i64::MIN as i128,
        }
    }

    const fn greatest(self) -> i128 {
        match self {
            Bits::U16 => u16::MAX as i128,
            Bits::U32 => u32::MAX as i128,
            Bits::I32 => i32::MAX as i128,
            Bits::U64 => u64::MAX as i128,
            Bits::I64 => i64::MAX as i128,
        }
    }

    /// The bits of a value that fits.
    const fn of(self, value: i128) -> u64 {
        match self {
            Bits::U16 => value as u16 as u64,
            Bits::U32 | Bits::I32 => value as u32 as u64,
            Bits::U64 | Bits::I64 => value as u64,
        }
    }

    /// A value from its bits.
    const fn value(self, bits: u64) -> i128 {
        match self {
            Bits::U16 | Bits::U32 | Bits::U64 => bits as i128,
            Bits::I32 => bits as u32 as i32 as i128,
            Bits::I64 => bits as i64 as i128,
        }
    }
}

/// A value that is compared for equality: what fits the argument, signed or not, as long as no bit is lost.
///
/// # Panics
///
/// Where it doesn't fit.
#[track_caller]
#[must_use]
pub const fn fits(value: i128, bits: Bits) -> u64 {
    match bits {
        Bits::U16 => assert!(
            value >= i16::MIN as i128 && value <= u16::MAX as i128,
            "this value doesn't fit its argument, of which the kernel takes 16 bits"
        ),
        Bits::U32 | Bits::I32 => assert!(
            value >= i32::MIN as i128 && value <= u32::MAX as i128,
            "this value doesn't fit its argument, of which the kernel takes 32 bits"
        ),
        Bits::U64 => {
            assert!(
                value >= 0,
                "this value is negative, and its argument is a u64: write it as one, such as `!PROT_EXEC as u64`"
            );
            assert!(
                value <= u64::MAX as i128,
                "this value doesn't fit its argument, which is a u64"
            );
        }
        Bits::I64 => assert!(
            value >= i64::MIN as i128 && value <= i64::MAX as i128,
            "this value doesn't fit its argument, which is an i64"
        ),
    }
    bits.of(value)
}

/// A value that is compared by order: it must be one that the argument can have as its type orders it.
#[track_caller]
const fn ordered(value: i128, bits: Bits) -> u64 {
    let fits = value >= bits.least() && value <= bits.greatest();
    match bits {
        Bits::U16 => assert!(
            fits,
            "this value doesn't fit its argument, which is ordered as a u16"
        ),
        Bits::U32 => assert!(
            fits,
            "this value doesn't fit its argument, which is ordered as a u32"
        ),
        Bits::I32 => assert!(
            fits,
            "this value doesn't fit its argument, which is ordered as an i32"
        ),
        Bits::U64 => assert!(
            fits,
            "this value doesn't fit its argument, which is ordered as a u64"
        ),
        Bits::I64 => assert!(
            fits,
            "this value doesn't fit its argument, which is ordered as an i64"
        ),
    }
    bits.of(value)
}

/// A mask.
///
/// # Panics
///
/// Where it doesn't fit or has no bit.
#[track_caller]
#[must_use]
pub const fn mask(value: i128, bits: Bits) -> u64 {
    assert!(value != 0, "a mask of 0 leaves nothing to compare");
    fits(value, bits)
}

/// A value that an argument is compared with under a mask.
///
/// # Panics
///
/// Where it doesn't fit or has a bit that the mask lacks.
#[track_caller]
#[must_use]
pub const fn within(value: i128, bits: Bits, mask: u64) -> u64 {
    let value = fits(value, bits);
    assert!(
        value & !mask == 0,
        "this value has a bit that its mask lacks: the two are never equal"
    );
    value
}

/// The value of `<` and `>=`.
///
/// # Panics
///
/// Where it doesn't fit, or is the least there is.
#[track_caller]
#[must_use]
pub const fn above_least(value: i128, bits: Bits) -> u64 {
    assert!(
        value != bits.least(),
        "no value of this argument is less: the comparison decides nothing"
    );
    ordered(value, bits)
}

/// The value of `>` and `<=`.
///
/// # Panics
///
/// Where it doesn't fit, or is the greatest there is.
#[track_caller]
#[must_use]
pub const fn below_greatest(value: i128, bits: Bits) -> u64 {
    assert!(
        value != bits.greatest(),
        "no value of this argument is greater: the comparison decides nothing"
    );
    ordered(value, bits)
}

/// The lower end of a range.
///
/// # Panics
///
/// Where it doesn't fit.
#[track_caller]
#[must_use]
pub const fn low_end(value: i128, bits: Bits) -> u64 {
    ordered(value, bits)
}

/// The upper end of a range that begins at `low`.
///
/// # Panics
///
/// Where it doesn't fit, is below the lower end, or the range is all there is.
#[track_caller]
#[must_use]
pub const fn high_end(value: i128, bits: Bits, low: u64) -> u64 {
    let low = bits.value(low);
    assert!(
        low <= value,
        "the range is empty: its end is below its start"
    );
    assert!(
        low != bits.least() || value != bits.greatest(),
        "the range holds every value of this argument: it decides nothing"
    );
    ordered(value, bits)
}

/// The values of a list in order.
///
/// # Panics
///
/// Where two of them are equal.
#[track_caller]
#[must_use]
pub const fn sorted<const N: usize>(mut list: [u64; N]) -> [u64; N] {
    // rustc evaluates this step by step: a heap where there are many.
    if N <= FEW {
        list = inserted(list);
    } else {
        list = heaped(list);
    }
    let mut i = 1;
    while i < N {
        assert!(
            list[i - 1] != list[i],
            "two of these values are equal, and they must differ"
        );
        i += 1;
    }
    list
}

/// Up to this many values are sorted sooner by putting each in its place among those before it.
const FEW: usize = 12;

const fn inserted<const N: usize>(mut list: [u64; N]) -> [u64; N] {
    let mut end = 1;
    while end < N {
        let value = list[end];
        let mut place = end;
        while place > 0 && list[place - 1] > value {
            list[place] = list[place - 1];
            place -= 1;
        }
        list[place] = value;
        end += 1;
    }
    list
}

const fn heaped<const N: usize>(mut list: [u64; N]) -> [u64; N] {
    let mut start = N / 2;
    while start > 0 {
        start -= 1;
        list = sift(list, start, N);
    }
    let mut end = N;
    while end > 1 {
        end -= 1;
        let greatest = list[0];
        list[0] = list[end];
        list[end] = greatest;
        list = sift(list, 0, end);
    }
    list
}

/// Lets the value at `root` sink to its place in the heap `list[..end]`.
const fn sift<const N: usize>(mut list: [u64; N], mut root: usize, end: usize) -> [u64; N] {
    loop {
        let mut child = 2 * root + 1;
        if child >= end {
            return list;
        }
        if child + 1 < end && list[child] < list[child + 1] {
            child += 1;
        }
        if list[root] >= list[child] {
            return list;
        }
        let value = list[root];
        list[root] = list[child];
        list[child] = value;
        root = child;
    }
}

/// The lower half of a value.
#[must_use]
pub const fn low(value: u64) -> u32 {
    value as u32
}

/// The upper half of a value.
#[must_use]
pub const fn high(value: u64) -> u32 {
    (value >> 32) as u32
}

/// A half of a signed value as a number whose unsigned order is the signed one.
#[must_use]
pub const fn flip(half: u32) -> u32 {
    half ^ (1 << 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;
    use std::string::String;
    use std::vec::Vec;

    fn message<R>(check: impl FnOnce() -> R + std::panic::UnwindSafe) -> Option<String> {
        let payload = catch_unwind(check).err()?;
        let text = payload.downcast_ref::<&str>().expect("a plain message");
        Some(String::from(*text))
    }

    #[test]
    fn equality_takes_either_sign_of_the_width() {
        assert_eq!(fits(-1, Bits::U32), 0xffff_ffff);
        assert_eq!(fits(0xffff_ffff, Bits::I32), 0xffff_ffff);
        assert_eq!(fits(-100, Bits::I32), 0xffff_ff9c);
        assert_eq!(fits(-1, Bits::I64), u64::MAX);
        assert_eq!(fits(0xffff, Bits::U16), 0xffff);
        for (value, bits) in [
            (1 << 32, Bits::U32),
            (-(1 << 31) - 1, Bits::I32),
            (0x1_0000, Bits::U16),
            (1 << 64, Bits::U64),
            (1 << 63, Bits::I64),
        ] {
            let told = message(|| fits(value, bits)).expect("it doesn't fit");
            assert!(told.starts_with("this value doesn't fit"), "{told}");
        }
    }

    #[test]
    fn a_negative_u64_is_told_as_that() {
        for told in [
            message(|| fits(-1, Bits::U64)),
            message(|| mask(!4, Bits::U64)),
        ] {
            assert!(
                told.expect("it doesn't fit")
                    .starts_with("this value is negative")
            );
        }
        assert_eq!(mask(!4_i32 as u64 as i128, Bits::U64), !4);
    }

    #[test]
    fn order_takes_the_type_alone() {
        assert_eq!(above_least(-1, Bits::I32), 0xffff_ffff);
        assert!(message(|| above_least(-1, Bits::U32)).is_some());
        assert!(message(|| above_least(0xffff_ffff, Bits::I32)).is_some());
    }

    #[test]
    fn what_decides_nothing_is_told() {
        for told in [
            message(|| above_least(0, Bits::U32)),
            message(|| above_least(i32::MIN as i128, Bits::I32)),
            message(|| below_greatest(u64::MAX as i128, Bits::U64)),
            message(|| below_greatest(0xffff, Bits::U16)),
            message(|| high_end(i64::MAX as i128, Bits::I64, 1 << 63)),
        ] {
            assert!(told.expect("a panic").contains("decides nothing"));
        }
        assert!(message(|| mask(0, Bits::U32)).is_some());
        assert!(message(|| within(5, Bits::U32, 4)).is_some());
        assert_eq!(within(4, Bits::U32, 6), 4);
        assert!(message(|| high_end(1, Bits::U32, 2)).is_some());
        assert_eq!(high_end(2, Bits::I32, 0xffff_ffff), 2);
    }

    #[test]
    fn lists_are_sorted_and_have_no_twins() {
        assert_eq!(sorted([3, 1, 2]), [1, 2, 3]);
        assert_eq!(sorted([] as [u64; 0]), []);
        fn sorts<const N: usize>() {
            let mut list = [0; N];
            for (i, value) in list.iter_mut().enumerate() {
                *value = (i as u64 * 37) % 101;
            }
            let mut want: Vec<u64> = list.to_vec();
            want.sort_unstable();
            assert_eq!(sorted(list)[..], want[..]);
        }
        sorts::<2>();
        sorts::<FEW>();
        sorts::<{ FEW + 1 }>();
        sorts::<100>();
        assert!(message(|| sorted([1, 2, 1])).is_some());
    }

    #[test]
    fn halves() {
        assert_eq!(low(0x1_0000_0002), 2);
        assert_eq!(high(0x1_0000_0002), 1);
        assert!(flip(low(fits(-1, Bits::I32))) < flip(0));
    }
}
