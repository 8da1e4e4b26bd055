//! A test on a word of the call, and what tests tell of a word.

/// The end of a list of assumptions.
pub(super) const NONE: u16 = u16::MAX;

/// A test on a word.
#[derive(Clone, Copy, Debug)]
pub(super) enum Test {
    /// `word & mask == value`: mask, value.
    Equal(u32, u32),
    /// `(word & mask) ^ turned >= least`, where that isn't clear anyway: mask, turned, least.
    AtLeast(u32, u32, u32),
}

impl Test {
    /// What no word passes.
    pub(super) const NEVER: Test = Test::Equal(0, 1);
    const ALWAYS: Test = Test::Equal(0, 0);

    pub(super) const fn at_least(mask: u32, turned: u32, least: u32) -> Test {
        if least == 0 {
            Test::ALWAYS
        } else {
            Test::AtLeast(mask, turned, least)
        }
    }

    pub(super) const fn holds(self, word: u32) -> bool {
        match self {
            Test::Equal(mask, value) => word & mask == value,
            Test::AtLeast(mask, turned, least) => (word & mask) ^ turned >= least,
        }
    }

    /// A word near to `word` that passes, or doesn't, if there is one.
    pub(super) const fn guess(self, word: u32, holds: bool) -> u32 {
        let (mask, wanted) = match (self, holds) {
            (Test::Equal(mask, value), true) => (mask, value),
            (Test::Equal(mask, value), false) => (mask & mask.wrapping_neg(), !value),
            (Test::AtLeast(mask, turned, least), true) => (mask, least ^ turned),
            (Test::AtLeast(mask, turned, least), false) => (mask, (least - 1) ^ turned),
        };
        (word & !mask) | (wanted & mask)
    }
}

/// What is known of a word. Always, its witness is a word of which all of that is true.
#[derive(Clone, Copy)]
pub(super) struct Word {
    pub(super) low: u32,
    pub(super) high: u32,
    pub(super) witness: u32,
    /// The bits that are the witness's in any case.
    pub(super) fixed: u32,
    /// The latest assumption that isn't all in the range.
    pub(super) latest: u16,
    /// Whether those are nothing but values that it isn't.
    pub(super) plain: bool,
    /// Tells this knowledge from any other that there was of the word.
    pub(super) version: u32,
}

impl Word {
    pub(super) const fn range(low: u32, high: u32) -> Word {
        Word {
            low,
            high,
            witness: low,
            fixed: if low == high { u32::MAX } else { 0 },
            latest: NONE,
            plain: true,
            version: 0,
        }
    }

    pub(super) const fn contains(self, value: u32) -> bool {
        self.low <= value && value <= self.high
    }

    /// With what the test tells, but for its witness; and whether the range tells all of it.
    pub(super) const fn narrowed(mut self, test: Test, holds: bool) -> (Word, bool) {
        const AS_IT_IS: u32 = u32::MAX;
        let (low, high) = match (test, holds) {
            (Test::Equal(AS_IT_IS, value), true) => (value, value),
            (Test::AtLeast(AS_IT_IS, 0, least), true) => (least, u32::MAX),
            (Test::AtLeast(AS_IT_IS, 0, least), false) => (0, least - 1),
            (Test::Equal(AS_IT_IS, _), false) => return (self, false),
            _ => {
                if let (Test::Equal(mask, _), true) = (test, holds) {
                    self.fixed |= mask;
                }
                self.plain = false;
                return (self, false);
            }
        };
        if low > self.low {
            self.low = low;
        }
        if high < self.high {
            self.high = high;
        }
        if self.low == self.high {
            self.fixed = u32::MAX;
        }
        (self, true)
    }
}
