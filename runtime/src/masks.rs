//! Masks with flags in them, found where rustc evaluates them.

/// A mask under which an argument is compared where that denies: of `field`, which is what of the argument is no flag, and of no flag more with which
/// one of `values` would be another value. Without values the argument is compared by order.
///
/// # Panics
///
/// With `message` where there is such a flag.
#[track_caller]
pub const fn no_flag_more(mask: i128, values: &[i128], field: u32, flags: u32, message: &str) {
    // What doesn't fit 32 bits is told as that.
    let mask = mask as u32;
    if mask & field == 0 {
        return;
    }
    let mut left = mask & flags;
    while left != 0 {
        let flag = left & left.wrapping_neg();
        left ^= flag;
        assert_held(values, flag, message);
    }
}

/// With the flag, each value must be one of the values still.
#[track_caller]
const fn assert_held(values: &[i128], flag: u32, message: &str) {
    if values.is_empty() {
        panic!("{}", message);
    }
    let mut i = 0;
    while i < values.len() {
        if !has(values, values[i] as u32 | flag) {
            panic!("{}", message);
        }
        i += 1;
    }
}

const fn has(values: &[i128], wanted: u32) -> bool {
    let mut i = 0;
    while i < values.len() {
        if values[i] as u32 == wanted {
            return true;
        }
        i += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a flag of 0x880 is found beside the field 0xf.
    fn is_told(mask: i128, values: &'static [i128]) -> bool {
        std::panic::catch_unwind(|| no_flag_more(mask, values, 0xf, 0x880, "told")).is_err()
    }

    #[test]
    fn a_flag_more_is_told() {
        assert!(is_told(0xffff, &[2]));
        assert!(is_told(-1, &[2]));
        assert!(is_told(0xffff, &[]));
        assert!(is_told(0xffff, &[2, 0x802, 0x82]));
        assert!(is_told(!0x800, &[2]));
    }

    #[test]
    fn a_mask_of_the_field_is_fine() {
        assert!(!is_told(0xf, &[2]));
        assert!(!is_told(!0x880, &[2]));
        assert!(!is_told(0x880, &[0]));
        assert!(!is_told(0x88f, &[2, 0x802, 0x82, 0x882]));
        assert!(!is_told(0x88f, &[0x882]));
    }
}
