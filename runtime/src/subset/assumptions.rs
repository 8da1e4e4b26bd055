//! What a way through the programs tells of each word of the call, and whether a word can pass one test more.
//!
//! Of a word that is only compared as it is, a range and the values that it isn't are known, and one more is found at once. For a word that
//! was compared under a mask or with bits turned, there is [`Search`].

use super::search::{Next, Search};
use super::word::{NONE, Test, Word};
use crate::uapi::{AUDIT_ARCH_64BIT, SECCOMP_DATA_ARCH, SECCOMP_DATA_ARGS, SECCOMP_DATA_SIZE};

/// The size of a word, and so the step from one to the next.
const WORD_SIZE: u32 = u32::BITS / u8::BITS;
pub(super) const WORDS: usize = (SECCOMP_DATA_SIZE / WORD_SIZE) as usize;

/// The index of the word at `offset`, where there is one that a policy may look at.
pub(super) const fn at_offset(offset: u32) -> Option<u32> {
    let is_instruction_pointer = offset > SECCOMP_DATA_ARCH && offset < SECCOMP_DATA_ARGS;
    if offset % WORD_SIZE != 0 || offset >= SECCOMP_DATA_SIZE || is_instruction_pointer {
        return None;
    }
    Some(offset / WORD_SIZE)
}

/// A test that was made, and what was known of its word before.
#[derive(Clone, Copy)]
struct Assumption {
    index: u32,
    before: Word,
    test: Test,
    holds: bool,
}

/// What is known of all words; `ROOM` is how much can be known at a time: tests that were made and whose outcome wasn't clear.
pub(super) struct Words<const ROOM: usize> {
    words: [Word; WORDS],
    assumptions: [Assumption; ROOM],
    height: u16,
    versions: u32,
}

impl<const ROOM: usize> Words<ROOM> {
    /// Nothing.
    pub(super) const fn new() -> Words<ROOM> {
        let anything = Word::range(0, u32::MAX);
        let assumption = Assumption {
            index: 0,
            before: anything,
            test: Test::NEVER,
            holds: false,
        };
        Words {
            words: [anything; WORDS],
            assumptions: [assumption; ROOM],
            height: 0,
            versions: 0,
        }
    }

    /// That it is a call through an ABI that passes 64 bits an argument; all else is forgotten.
    pub(super) const fn start_with_64_bit_abis(&mut self) {
        self.start_with(AUDIT_ARCH_64BIT, u32::MAX);
    }

    /// That it is a call through an ABI that passes 32 bits an argument, where the upper half of each is 0; all else is forgotten.
    pub(super) const fn start_with_32_bit_abis(&mut self, big_endian: bool) {
        self.start_with(0, AUDIT_ARCH_64BIT - 1);
        let first = (SECCOMP_DATA_ARGS / WORD_SIZE) as usize;
        let mut upper = if big_endian { first } else { first + 1 };
        while upper < WORDS {
            self.words[upper] = Word::range(0, 0);
            upper += 2;
        }
    }

    const fn start_with(&mut self, low: u32, high: u32) {
        self.words = [Word::range(0, u32::MAX); WORDS];
        self.words[(SECCOMP_DATA_ARCH / WORD_SIZE) as usize] = Word::range(low, high);
        self.height = 0;
    }

    /// A value that the word can have.
    pub(super) const fn witness(&self, index: u32) -> u32 {
        self.words[index as usize].witness
    }

    /// The bits of the word that are as in [`Self::witness`], whichever value it has.
    pub(super) const fn fixed(&self, index: u32) -> u32 {
        self.words[index as usize].fixed
    }

    /// The same as long as no more is known of the word, and no less; and again when it is as it was.
    pub(super) const fn version(&self, index: usize) -> u32 {
        self.words[index].version
    }

    /// What to hand to [`Self::forget`], to know no more than now.
    pub(super) const fn height(&self) -> u16 {
        self.height
    }

    pub(super) const fn forget(&mut self, height: u16) {
        while self.height > height {
            self.height -= 1;
            let Assumption { index, before, .. } = self.assumptions[self.height as usize];
            self.words[index as usize] = before;
        }
    }

    /// From now on the test on the word holds, or doesn't; `witness` is a value with which that can be. False where there is no room.
    #[must_use]
    pub(super) const fn assume(
        &mut self,
        index: u32,
        test: Test,
        holds: bool,
        witness: u32,
    ) -> bool {
        let Some(version) = self.versions.checked_add(1) else {
            return false;
        };
        if self.height as usize >= ROOM {
            return false;
        }
        let before = self.words[index as usize];
        let (mut after, is_all) = before.narrowed(test, holds);
        if !is_all {
            after.latest = self.height;
        }
        after.witness = witness;
        after.version = version;
        self.versions = version;
        self.words[index as usize] = after;
        self.assumptions[self.height as usize] = Assumption {
            index,
            before,
            test,
            holds,
        };
        self.height += 1;
        true
    }

    /// A value that the word can have and with which the test holds, or doesn't. `None` where there is none.
    pub(super) const fn find(&self, index: u32, test: Test, holds: bool) -> Option<u32> {
        let word = self.words[index as usize];
        let (narrow, is_all) = word.narrowed(test, holds);
        if narrow.low > narrow.high {
            return None;
        }
        let guess = test.guess(word.witness, holds);
        if test.holds(guess) == holds {
            match (test, self.obstacle(narrow, guess)) {
                (_, 0) => return Some(guess),
                // What is in its way looks at no bit that isn't fixed now.
                (Test::Equal(mask, _), obstacle) if holds && obstacle & !mask == 0 => return None,
                _ => {}
            }
        }
        if !narrow.plain {
            return self.solve(narrow, test, holds);
        }
        // From the witness on: what was said not to be often comes in order, and the witness after it.
        let start = if narrow.contains(word.witness) {
            word.witness
        } else {
            narrow.low
        };
        let mut value = start;
        loop {
            // It stops soon: each value passed over is one that was said not to be.
            value = if value == narrow.high {
                narrow.low
            } else {
                value + 1
            };
            if (is_all || test.holds(value) == holds) && self.obstacle(narrow, value) == 0 {
                return Some(value);
            }
            if value == start {
                return None;
            }
        }
    }

    /// The bits at which something looks that is known of the word and not true of `value`; 0 where there is no such thing.
    const fn obstacle(&self, word: Word, value: u32) -> u32 {
        if !word.contains(value) {
            return u32::MAX;
        }
        let mut latest = word.latest;
        while latest != NONE {
            let assumption = &self.assumptions[latest as usize];
            let (mask, is_true) = match assumption.test {
                Test::Equal(mask, wanted) => (mask, value & mask == wanted),
                Test::AtLeast(mask, turned, least) => (mask, (value & mask) ^ turned >= least),
            };
            if is_true != assumption.holds {
                return mask;
            }
            latest = assumption.before.latest;
        }
        0
    }

    /// A value in the word's range for which all that is known of it is true, and `test` holds or doesn't.
    const fn solve(&self, word: Word, test: Test, holds: bool) -> Option<u32> {
        let mut search = Search::new();
        loop {
            search.learn_range(word.low, word.high);
            search.learn(test, holds);
            let mut latest = word.latest;
            while latest != NONE && !search.is_stuck() {
                let assumption = &self.assumptions[latest as usize];
                search.learn(assumption.test, assumption.holds);
                latest = assumption.before.latest;
            }
            match search.next() {
                Next::Again => {}
                Next::Found(value) => return Some(value),
                Next::Nothing => return None,
            }
        }
    }
}
