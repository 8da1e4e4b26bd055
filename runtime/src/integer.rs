//! The types that a value of a policy may have.

/// An integer that `i128` holds whatever it is.
#[diagnostic::on_unimplemented(
    message = "a value must be an integer of at most 64 bits, and this is a `{Self}`",
    label = "not an integer of at most 64 bits",
    note = "arguments and errnos are numbers: compare with a number, such as `1`, or with a constant of an integer type"
)]
pub trait Integer: Copy {}

macro_rules! integers {
    ($($ty:ty)*) => { $(#[diagnostic::do_not_recommend] impl Integer for $ty {})* };
}

// `as` would take a bool, a char or a float as well, and make a small negative number of a great u128.
integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 usize);

/// The value, if it is of an integer type.
#[must_use]
pub const fn integer<T: Integer>(value: T) -> T {
    value
}
