//! Looking for a word bit by bit, as a solver of clauses does it.
//!
//! Each thing that is known of the word forbids patterns of bits; for an order, one pattern a bit. Where all but one bit of a pattern are
//! there, the last one must differ; and where that decides nothing more, one bit is tried both ways.

use super::word::Test;

/// A search. It is told all that is known, again and again, until it has an answer.
pub(super) struct Search {
    bits: Bits,
    /// For each bit that was tried one way: what to go on with to try it the other way.
    untried: [Bits; u32::BITS as usize],
    count: usize,
}

/// What comes of having told all that is known.
pub(super) enum Next {
    /// It must be told again.
    Again,
    Found(u32),
    Nothing,
}

impl Search {
    pub(super) const fn new() -> Search {
        Search {
            bits: Bits::NONE,
            untried: [Bits::NONE; u32::BITS as usize],
            count: 0,
        }
    }

    pub(super) const fn learn(&mut self, test: Test, holds: bool) {
        self.bits.learn(test, holds);
    }

    pub(super) const fn learn_range(&mut self, low: u32, high: u32) {
        self.bits.forbid_below(u32::MAX, 0, low);
        if high < u32::MAX {
            self.bits.forbid_from(u32::MAX, 0, high + 1);
        }
    }

    /// Whether the rest needn't be told this time.
    pub(super) const fn is_stuck(&self) -> bool {
        self.bits.is_contradiction
    }

    pub(super) const fn next(&mut self) -> Next {
        if self.bits.is_contradiction {
            if self.count == 0 {
                return Next::Nothing;
            }
            self.count -= 1;
            self.bits = self.untried[self.count];
        } else if !self.bits.is_changed {
            if self.bits.open == 0 {
                return Next::Found(self.bits.value);
            }
            let highest = 1 << self.bits.open.ilog2();
            let mut other = self.bits;
            other.set(highest, self.bits.open_value);
            other.open = 0;
            self.untried[self.count] = other;
            self.count += 1;
            self.bits.set(highest, !self.bits.open_value);
        }
        self.bits.is_changed = false;
        self.bits.open = 0;
        Next::Again
    }
}

/// Bits of a word that is looked for.
#[derive(Clone, Copy)]
struct Bits {
    known: u32,
    value: u32,
    /// The shortest pattern that is forbidden and not yet excluded: the bits left of it that aren't known, and how they mustn't be.
    open: u32,
    open_value: u32,
    is_changed: bool,
    is_contradiction: bool,
}

impl Bits {
    const NONE: Bits = Bits {
        known: 0,
        value: 0,
        open: 0,
        open_value: 0,
        is_changed: false,
        is_contradiction: false,
    };

    const fn set(&mut self, bits: u32, value: u32) {
        self.known |= bits;
        self.value |= bits & value;
    }

    const fn learn(&mut self, test: Test, holds: bool) {
        match (test, holds) {
            (Test::Equal(mask, value), true) => {
                let differing = (self.value ^ value) & self.known & mask;
                if differing != 0 || value & !mask != 0 {
                    self.is_contradiction = true;
                } else if mask & !self.known != 0 {
                    self.set(mask, value);
                    self.is_changed = true;
                }
            }
            (Test::Equal(mask, value), false) if value & !mask == 0 => self.forbid(mask, value),
            (Test::Equal(..), false) => {}
            (Test::AtLeast(mask, turned, least), true) => self.forbid_below(mask, turned, least),
            (Test::AtLeast(mask, turned, least), false) => self.forbid_from(mask, turned, least),
        }
    }

    /// Not all of these bits are as in `value`.
    const fn forbid(&mut self, pattern: u32, value: u32) {
        if (self.value ^ value) & self.known & pattern != 0 {
            return;
        }
        let left = pattern & !self.known;
        if left == 0 {
            self.is_contradiction = true;
        } else if left.is_power_of_two() {
            self.set(left, !value);
            self.is_changed = true;
        } else if self.open == 0 || left.count_ones() < self.open.count_ones() {
            self.open = left;
            self.open_value = value;
        }
    }

    /// The same for bits of `(word & mask) ^ turned`.
    const fn forbid_turned(&mut self, mask: u32, turned: u32, pattern: u32, value: u32) {
        let fixed_differs = (turned ^ value) & pattern & !mask != 0;
        if !fixed_differs {
            self.forbid(pattern & mask, (value ^ turned) & pattern & mask);
        }
    }

    /// `(word & mask) ^ turned >= least`: for no set bit of `least` are the bits above like its own, and this one clear.
    const fn forbid_below(&mut self, mask: u32, turned: u32, least: u32) {
        let mut rest = least;
        while rest != 0 {
            let bit = 1 << rest.ilog2();
            let up_from = !(bit - 1);
            self.forbid_turned(mask, turned, up_from, (least & up_from) ^ bit);
            rest ^= bit;
        }
    }

    /// `(word & mask) ^ turned < end`: for no clear bit of `end` are the bits above like its own, and this one set; and it isn't `end`.
    const fn forbid_from(&mut self, mask: u32, turned: u32, end: u32) {
        let mut rest = !end;
        while rest != 0 {
            let bit = 1 << rest.ilog2();
            let up_from = !(bit - 1);
            self.forbid_turned(mask, turned, up_from, (end & up_from) ^ bit);
            rest ^= bit;
        }
        self.forbid_turned(mask, turned, u32::MAX, end);
    }
}
