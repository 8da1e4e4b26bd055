//! Whether one program is nowhere freer than another: a walk over both at once.
//!
//! What counts of a call are 14 words of 32 bits, and every test that our programs make is on one of them. So a way through both programs
//! is one that some call takes if for each word, alone, there is a value that passes the tests on it. The walk takes every such way,
//! and none else: at each test it asks [`Words`] whether either outcome can still be, and goes into both if so. It ends
//! where self has returned a freer action than the other, and before that wherever nothing that self can still return is freer
//! than anything that the other can.
//!
//! The two programs take turns while they test the same word. So equal lists of values are passed side by side, and a number
//! that one program has found is known when the other looks for it.

mod assumptions;
mod junctions;
mod outcomes;
mod program;
mod search;
mod word;

#[cfg(test)]
mod tests;

use assumptions::Words;
use junctions::Junctions;
pub(crate) use outcomes::outcomes;
use program::{Extreme, Place, Program};
use word::Test;

use crate::Instruction;
use crate::uapi::BPF_MAXINSNS;

/// How many ways may wait for the walk to come back: the other outcomes of tests behind it. Where one outcome ends the program, or
/// is a jump out of a list, it is taken first; so long lists don't add up, only conditions that hold at once and the height of trees.
const WAITING: usize = 128;
/// How many tests a way through both may make, the outcome of which wasn't clear.
const ASSUMPTIONS: usize = 2048;

/// Whether `program` answers no call with a freer action than `other` does.
///
/// False as well, whatever the answer, where the room doesn't suffice: for programs that the kernel wouldn't load for their length,
/// and where a way through both makes more tests than [`ASSUMPTIONS`] or leaves more than [`WAITING`] ways for later.
pub(crate) const fn is_subset(
    program: &[Instruction],
    other: &[Instruction],
    big_endian: bool,
) -> bool {
    if are_equal(program, other) {
        return true;
    }
    if program.len() > BPF_MAXINSNS || other.len() > BPF_MAXINSNS {
        return false;
    }
    let pair = Pair {
        own: Program::new(program, Extreme::Freest),
        other: Program::new(other, Extreme::Strictest),
    };
    let mut words: Words<ASSUMPTIONS> = Words::new();
    words.start_with_64_bit_abis();
    if !pair.holds_for(&mut words) {
        return false;
    }
    words.start_with_32_bit_abis(big_endian);
    pair.holds_for(&mut words)
}

const fn are_equal(one: &[Instruction], other: &[Instruction]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut i = 0;
    while i < one.len() {
        let (a, b) = (one[i], other[i]);
        if a.code != b.code || a.jt != b.jt || a.jf != b.jf || a.k != b.k {
            return false;
        }
        i += 1;
    }
    true
}

/// Where the walk is.
#[derive(Clone, Copy)]
struct State {
    own: Place,
    other: Place,
    /// Whose turn it is where both test one word.
    others_turn: bool,
    /// The word tested last.
    word: u32,
}

impl State {
    const fn advance(&mut self, other: bool, word: u32, to: usize) {
        if other {
            self.other.at = to;
        } else {
            self.own.at = to;
        }
        self.others_turn = !other;
        self.word = word;
    }
}

/// A way to be walked later: a state, after a test on the word tested last.
#[derive(Clone, Copy)]
struct Way {
    state: State,
    height: u16,
    test: Test,
    holds: bool,
    witness: u32,
}

struct Pair<'p> {
    own: Program<'p>,
    other: Program<'p>,
}

impl Pair<'_> {
    /// Whether the walk has been here already. Only asked where a word is done with.
    const fn was_here(
        &self,
        state: &State,
        words: &Words<ASSUMPTIONS>,
        junctions: &mut Junctions,
    ) -> bool {
        let (own, other) = (self.own.words(state.own), self.other.words(state.other));
        if (self.own.held(state.own) | self.other.held(state.other)) & (1 << state.word) != 0 {
            return false;
        }
        junctions.pass(state.own, state.other, own | other, words)
    }

    /// Whether no call of which `words` tells is answered more freely by the one than by the other.
    const fn holds_for(&self, words: &mut Words<ASSUMPTIONS>) -> bool {
        let mut state = State {
            own: Place::START,
            other: Place::START,
            others_turn: false,
            word: 0,
        };
        let mut waiting = [Way {
            state,
            height: 0,
            test: Test::NEVER,
            holds: false,
            witness: 0,
        }; WAITING];
        let mut count = 0;
        let mut junctions = Junctions::new();
        loop {
            state.own = self.own.code.settle(state.own, words);
            state.other = self.other.code.settle(state.other, words);
            let freest = self.own.action(state.own.at);
            let strictest = self.other.action(state.other.at);
            if freest as u8 >= strictest as u8 || self.was_here(&state, words, &mut junctions) {
                // Nothing on this way; the next one.
                if count == 0 {
                    return true;
                }
                count -= 1;
                let way = waiting[count];
                state = way.state;
                words.forget(way.height);
                if !words.assume(state.word, way.test, way.holds, way.witness) {
                    return false;
                }
                continue;
            }
            let own = self.own.code.fork(state.own);
            let other = self.other.code.fork(state.other);
            let (fork, others) = match (own, other) {
                // Some call is answered so, and it is a freer answer.
                (None, None) => return false,
                (Some(own), None) => (own, false),
                (None, Some(other)) => (other, true),
                (Some(own), Some(other)) => {
                    let others = if state.own.word == state.other.word {
                        state.others_turn
                    } else {
                        state.other.word == state.word
                    };
                    (if others { other } else { own }, others)
                }
            };
            let place = if others { state.other } else { state.own };
            let word = place.word;
            let holds = fork.test.holds(words.witness(word));
            let (same, opposite) = if holds {
                (fork.holds, fork.fails)
            } else {
                (fork.fails, fork.holds)
            };
            let Some(witness) = words.find(word, fork.test, !holds) else {
                state.advance(others, word, same);
                continue;
            };
            if count == WAITING {
                return false;
            }
            let program = if others { &self.other } else { &self.own };
            let same_first = program.code.is_end(same)
                || (!program.code.is_end(opposite) && same != place.at + 1);
            let (first, second) = if same_first {
                (same, opposite)
            } else {
                (opposite, same)
            };
            let (first_witness, second_witness) = if same_first {
                (words.witness(word), witness)
            } else {
                (witness, words.witness(word))
            };
            let mut later = state;
            later.advance(others, word, second);
            waiting[count] = Way {
                state: later,
                height: words.height(),
                test: fork.test,
                holds: holds != same_first,
                witness: second_witness,
            };
            count += 1;
            if !words.assume(word, fork.test, holds == same_first, first_witness) {
                return false;
            }
            state.advance(others, word, first);
        }
    }
}
