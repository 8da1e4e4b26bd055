//! What is found out about one word, against all values that it can have.

use std::vec::Vec;

use super::super::assumptions::Words;
use super::super::search::{Next, Search};
use super::super::word::Test;
use super::exhaustive::{Random, constant, parts, representatives};

/// How much is known at a time here.
const ROOM: usize = 64;

fn test(random: &mut Random, parts: &[u32]) -> (Test, bool) {
    let masks = [u32::MAX, constant(random, parts), constant(random, parts)];
    let mask = random.one_of(&masks);
    let k = constant(random, parts);
    let test = match random.below(3) {
        0 => Test::at_least(mask, constant(random, parts), k),
        // Now and then it has a bit that the mask lacks.
        1 => Test::Equal(mask, k),
        _ => Test::Equal(mask, k & mask),
    };
    (test, random.below(3) == 0)
}

fn all_hold(known: &[(Test, bool)], word: u32) -> bool {
    known.iter().all(|&(test, holds)| test.holds(word) == holds)
}

fn search(known: &[(Test, bool)], low: u32, high: u32) -> Option<u32> {
    let mut search = Search::new();
    loop {
        search.learn_range(low, high);
        for &(test, holds) in known {
            search.learn(test, holds);
        }
        match search.next() {
            Next::Again => {}
            Next::Found(word) => return Some(word),
            Next::Nothing => return None,
        }
    }
}

#[test]
fn a_search_finds_what_there_is() {
    let mut random = Random(0x1357_9bdf_0246_8ace);
    let mut seen = [0; 2];
    for _ in 0..5000 {
        let bits: Vec<u32> = (0..3).map(|_| random.below(32) as u32).collect();
        let parts = parts(&bits);
        let known: Vec<_> = (0..1 + random.below(14))
            .map(|_| test(&mut random, &parts))
            .collect();
        let ends = [constant(&mut random, &parts), constant(&mut random, &parts)];
        let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        let is_one = |word: u32| (low..=high).contains(&word) && all_hold(&known, word);
        let found = search(&known, low, high);
        let exists = representatives(&parts).into_iter().any(is_one);
        assert!(
            found.is_none_or(is_one),
            "{low:x} {high:x} {known:x?} {found:x?}"
        );
        assert_eq!(found.is_some(), exists, "{low:x} {high:x} {known:x?}");
        seen[usize::from(exists)] += 1;
    }
    assert!(seen.iter().all(|&count| count > 500), "{seen:?}");
}

/// Three of four patterns are forbidden, so that the first guess of the search is one of them.
#[test]
fn a_search_tries_the_other_way() {
    for left in 0..4 {
        let patterns = (0..4).filter(|&pattern| pattern != left);
        let mut known: Vec<_> = patterns.map(|p| (Test::Equal(3, p), false)).collect();
        for _ in 0..3 {
            assert_eq!(search(&known, 0, u32::MAX).map(|word| word & 3), Some(left));
            known.rotate_left(1);
        }
        known.push((Test::Equal(3, left), false));
        assert_eq!(search(&known, 0, u32::MAX), None);
    }
}

#[test]
fn what_is_left_may_be_below_the_witness() {
    const WORD: u32 = 0;
    let is = |value| Test::Equal(u32::MAX, value);
    let mut words: Words<ROOM> = Words::new();
    assert!(words.assume(WORD, Test::at_least(u32::MAX, 0, 4), false, 3));
    for (value, witness) in [(2, 3), (0, 3)] {
        assert!(words.assume(WORD, is(value), false, witness));
    }
    assert_eq!(words.find(WORD, is(3), false), Some(1));
    assert!(words.assume(WORD, is(3), false, 1));
    assert_eq!(words.find(WORD, is(1), false), None);
}

#[test]
fn what_is_forgotten_counts_no_more() {
    const WORD: u32 = 0;
    let mut random = Random(0x0bad_cafe_1234_5678);
    for _ in 0..300 {
        let bits: Vec<u32> = (0..3).map(|_| random.below(32) as u32).collect();
        let parts = parts(&bits);
        let mut words: Words<ROOM> = Words::new();
        let mut known = Vec::new();
        let mut heights = Vec::new();
        for _ in 0..40 {
            if random.below(4) == 0 {
                let keep = random.below(known.len() + 1);
                words.forget(heights.get(keep).copied().unwrap_or(words.height()));
                heights.truncate(keep);
                known.truncate(keep);
            }
            let (test, holds) = test(&mut random, &parts);
            let found = words.find(WORD, test, holds);
            known.push((test, holds));
            let exists = (representatives(&parts).into_iter()).any(|word| all_hold(&known, word));
            assert_eq!(found.is_some(), exists, "{known:x?}");
            match found {
                Some(witness) => {
                    assert!(all_hold(&known, witness), "{known:x?} {witness:x}");
                    heights.push(words.height());
                    assert!(words.assume(WORD, test, holds, witness));
                    let others = representatives(&parts);
                    let mut others = others.iter().filter(|&&word| all_hold(&known, word));
                    let fixed = words.fixed(WORD);
                    assert!(
                        others.all(|word| (word ^ witness) & fixed == 0),
                        "{known:x?}"
                    );
                }
                None => {
                    known.pop();
                }
            }
        }
    }
}
