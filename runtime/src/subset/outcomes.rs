//! Whether a program allows some call, and denies some: a walk as far as it takes to see both.

use super::assumptions::Words;
use super::program::{Code, Place};
use super::word::Test;
use crate::{Action, Instruction};

/// How many ways may wait, and how many tests a way may make the outcome of which wasn't clear: more than a condition has that a person writes.
const ROOM: usize = 128;

/// How many tests the walk makes in all. Behind a list it goes on with each value that the list holds, so that the lists of several arguments
/// multiply. rustc takes about two seconds for these, and for what can be written it would take days.
const TESTS: usize = 4096;

/// What comes of a program for some call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Outcomes {
    /// It is allowed.
    pub(crate) allows: bool,
    /// It is not.
    pub(crate) denies: bool,
    /// The room or the time didn't suffice, so that neither is known.
    pub(crate) gave_up: bool,
}

/// A way to be walked later: a place behind a test.
#[derive(Clone, Copy)]
struct Way {
    place: Place,
    height: u16,
    word: u32,
    test: Test,
    holds: bool,
    witness: u32,
}

/// What comes of `program` for the calls that an ABI of 64 bits can make, among which are all others. Both, where the room or the time doesn't
/// suffice.
pub(crate) const fn outcomes(program: &[Instruction]) -> Outcomes {
    let code = Code(program);
    let both = Outcomes {
        allows: true,
        denies: true,
        gave_up: true,
    };
    let mut found = Outcomes {
        allows: false,
        denies: false,
        gave_up: false,
    };
    let mut words: Words<ROOM> = Words::new();
    let mut place = Place::START;
    let mut waiting = [Way {
        place,
        height: 0,
        word: 0,
        test: Test::NEVER,
        holds: false,
        witness: 0,
    }; ROOM];
    let mut count = 0;
    let mut tests = 0;
    loop {
        place = code.settle(place, &words);
        let Some(fork) = code.fork(place) else {
            let allowed = place.at < program.len()
                && matches!(
                    Action::from_return_value(program[place.at].k),
                    Action::Allow
                );
            found.allows |= allowed;
            found.denies |= !allowed;
            if count == 0 || (found.allows && found.denies) {
                return found;
            }
            count -= 1;
            let way = waiting[count];
            place = way.place;
            words.forget(way.height);
            if !words.assume(way.word, way.test, way.holds, way.witness) {
                return both;
            }
            continue;
        };
        tests += 1;
        if tests > TESTS {
            return both;
        }
        let word = place.word;
        let holds = fork.test.holds(words.witness(word));
        let (same, opposite) = if holds {
            (fork.holds, fork.fails)
        } else {
            (fork.fails, fork.holds)
        };
        let Some(witness) = words.find(word, fork.test, !holds) else {
            place.at = same;
            continue;
        };
        if count == ROOM {
            return both;
        }
        let mut later = place;
        later.at = opposite;
        waiting[count] = Way {
            place: later,
            height: words.height(),
            word,
            test: fork.test,
            holds: !holds,
            witness,
        };
        count += 1;
        let own = words.witness(word);
        if !words.assume(word, fork.test, holds, own) {
            return both;
        }
        place.at = same;
    }
}
