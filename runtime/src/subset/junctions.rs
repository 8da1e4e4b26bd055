//! Where the walk has been: places of both programs, with all that is known of the words that still count from there.
//!
//! Many ways through a list lead to the same place behind it. Unless the list's word is looked at again, what is known of it doesn't count
//! there, and all those ways go on as one.

use super::assumptions::{WORDS, Words};
use super::program::Place;

/// How many are remembered. Any number is right; this many hold those of a few conditions one behind the other.
const SLOTS: usize = 64;

#[derive(Clone, Copy)]
struct Junction {
    own: Place,
    other: Place,
    versions: [u32; WORDS],
}

/// Some of the junctions where the walk has been.
pub(super) struct Junctions {
    slots: [Option<Junction>; SLOTS],
}

impl Junctions {
    pub(super) const fn new() -> Junctions {
        Junctions {
            slots: [None; SLOTS],
        }
    }

    /// Whether the walk has been here, with the same known of `counting`, a bit for each word; and if not, that it has from now on.
    pub(super) const fn pass<const ROOM: usize>(
        &mut self,
        own: Place,
        other: Place,
        counting: u16,
        words: &Words<ROOM>,
    ) -> bool {
        // Programs that are much alike are nearly in step: the sum of the factors must be odd.
        let slot = (3 * own.at + 2 * other.at) % SLOTS;
        if let Some(junction) = &self.slots[slot] {
            if own.is(junction.own) && other.is(junction.other) {
                let mut word = 0;
                let mut is_same = true;
                while word < WORDS {
                    let counts = counting & (1 << word) != 0;
                    is_same &= !counts || junction.versions[word] == words.version(word);
                    word += 1;
                }
                if is_same {
                    return true;
                }
            }
        }
        let mut versions = [0; WORDS];
        let mut word = 0;
        while word < WORDS {
            versions[word] = words.version(word);
            word += 1;
        }
        self.slots[slot] = Some(Junction {
            own,
            other,
            versions,
        });
        false
    }
}
