//! Two programs compared on every call there is.
//!
//! What a program does with a word of a call is to ask some tests of it. Two words of which all tests hold alike are one to it: they
//! are in one cell. So of every word that either program looks at, one of each cell is tried, together with every other.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use seccomptime_compiler::bpf::{
    AND_K, DATA_SIZE, JA, JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS, RET_K, XOR_K,
};
use seccomptime_compiler::plain::Plain;

/// The size of what is loaded.
const WORD_SIZE: usize = 4;
/// How many words of a call there are.
const WORDS: usize = DATA_SIZE as usize / WORD_SIZE;
const SIGN: u32 = 1 << 31;

/// The words of a call, by their place in `seccomp_data`, as far as anybody looked at them.
pub type Words = [Option<u32>; WORDS];

/// What came of a comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Compared {
    /// The programs do the same with each of so many kinds of calls.
    Same(usize),
    /// They don't with this call. `None` is no answer: the kernel wouldn't have taken the program.
    Different(Words, [Option<u32>; 2]),
    /// There are more kinds of calls than were to be tried.
    TooMany,
}

/// Compares two programs on all calls, unless they are of more than `limit` kinds.
pub fn compare(programs: [&[Plain]; 2], limit: usize) -> Compared {
    let mut search = Search {
        programs,
        limit,
        tried: 0,
    };
    search
        .explore(&[None; WORDS])
        .unwrap_or(Compared::Same(search.tried))
}

struct Search<'p> {
    programs: [&'p [Plain]; 2],
    limit: usize,
    tried: usize,
}

impl Search<'_> {
    /// Tries all calls with these words; `None` where nothing is found.
    fn explore(&mut self, words: &Words) -> Option<Compared> {
        let mut answers = [None; 2];
        for (program, answer) in self.programs.iter().zip(&mut answers) {
            match run(program, words) {
                Run::Returns(value) => *answer = Some(value),
                Run::Invalid => {}
                Run::Needs(place) => return self.fork(words, place),
            }
        }
        self.tried += 1;
        if answers[0] != answers[1] || answers[0].is_none() {
            return Some(Compared::Different(*words, answers));
        }
        (self.tried > self.limit).then_some(Compared::TooMany)
    }

    /// Tries all that the word at `place` may be.
    fn fork(&mut self, words: &Words, place: usize) -> Option<Compared> {
        let mut asked = BTreeSet::new();
        for program in self.programs {
            collect(program, words, place, &mut asked);
        }
        let asked: Vec<Ask> = asked.into_iter().collect();
        cells(&asked).into_iter().find_map(|word| {
            let mut words = *words;
            words[place] = Some(word);
            self.explore(&words)
        })
    }
}

enum Run {
    Returns(u32),
    Invalid,
    /// It can't go on without this word.
    Needs(usize),
}

fn place(offset: u32) -> Option<usize> {
    let offset = usize::try_from(offset).ok()?;
    (offset % WORD_SIZE == 0 && offset / WORD_SIZE < WORDS).then_some(offset / WORD_SIZE)
}

fn run(program: &[Plain], words: &Words) -> Run {
    let (mut pc, mut accumulator) = (0, 0);
    loop {
        let Some(&Plain { code, jt, jf, k }) = program.get(pc) else {
            return Run::Invalid;
        };
        pc += 1;
        match code {
            RET_K => return Run::Returns(k),
            LD_W_ABS => match place(k).map(|place| (place, words[place])) {
                Some((_, Some(word))) => accumulator = word,
                Some((place, None)) => return Run::Needs(place),
                None => return Run::Invalid,
            },
            AND_K => accumulator &= k,
            XOR_K => accumulator ^= k,
            JA => pc += usize::try_from(k).expect("32 bits"),
            _ => match compares(code, accumulator, k) {
                Some(holds) => pc += usize::from(if holds { jt } else { jf }),
                None => return Run::Invalid,
            },
        }
    }
}

fn compares(code: u16, a: u32, k: u32) -> Option<bool> {
    match code {
        JEQ_K => Some(a == k),
        JGE_K => Some(a >= k),
        JGT_K => Some(a > k),
        JSET_K => Some(a & k != 0),
        _ => None,
    }
}

/// A test on a word: `(word & and ^ xor)` compared with `k`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Ask {
    and: u32,
    xor: u32,
    code: u16,
    k: u32,
}

impl Ask {
    fn holds(&self, word: u32) -> bool {
        compares(self.code, word & self.and ^ self.xor, self.k).unwrap_or_default()
    }
}

/// What A holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    Known(u32),
    Of { place: usize, and: u32, xor: u32 },
}

/// What a program asks of the word at `place` in calls with these words.
fn collect(program: &[Plain], words: &Words, asked: usize, asks: &mut BTreeSet<Ask>) {
    let mut seen = BTreeSet::new();
    let mut todo = vec![(0, Content::Known(0))];
    while let Some((pc, content)) = todo.pop() {
        if !seen.insert((pc, content)) {
            continue;
        }
        let Some(&Plain { code, jt, jf, k }) = program.get(pc) else {
            continue;
        };
        let next = pc + 1;
        match (code, content) {
            (RET_K, _) => {}
            (LD_W_ABS, _) => todo.extend(place(k).map(|place| match words[place] {
                Some(word) => (next, Content::Known(word)),
                None => (
                    next,
                    Content::Of {
                        place,
                        and: u32::MAX,
                        xor: 0,
                    },
                ),
            })),
            (AND_K, Content::Known(a)) => todo.push((next, Content::Known(a & k))),
            (XOR_K, Content::Known(a)) => todo.push((next, Content::Known(a ^ k))),
            (AND_K, Content::Of { place, and, xor }) => {
                todo.push((
                    next,
                    Content::Of {
                        place,
                        and: and & k,
                        xor: xor & k,
                    },
                ));
            }
            (XOR_K, Content::Of { place, and, xor }) => {
                todo.push((
                    next,
                    Content::Of {
                        place,
                        and,
                        xor: xor ^ k,
                    },
                ));
            }
            (JA, _) => todo.push((next + usize::try_from(k).expect("32 bits"), content)),
            (_, Content::Known(a)) => todo.extend(
                compares(code, a, k)
                    .map(|holds| (next + usize::from(if holds { jt } else { jf }), content)),
            ),
            (_, Content::Of { place, and, xor }) => {
                if place == asked {
                    asks.insert(Ask { and, xor, code, k });
                }
                todo.extend([jt, jf].map(|skip| (next + usize::from(skip), content)));
            }
        }
    }
}

/// A word of each cell.
fn cells(asks: &[Ask]) -> Vec<u32> {
    let plain =
        |ask: &Ask| ask.and == u32::MAX && (ask.xor == 0 || ask.xor == SIGN) && ask.code != JSET_K;
    if asks.iter().all(plain) {
        by_edges(asks)
    } else {
        by_bits(asks)
    }
}

/// Comparisons alone, signed or not: a cell is an interval, and begins where a comparison comes to hold or not to.
fn by_edges(asks: &[Ask]) -> Vec<u32> {
    let mut starts = BTreeSet::from([0]);
    for ask in asks {
        if ask.xor == SIGN {
            starts.insert(SIGN);
        }
        if matches!(ask.code, JEQ_K | JGE_K) {
            starts.insert(ask.k ^ ask.xor);
        }
        if matches!(ask.code, JEQ_K | JGT_K) {
            starts.extend(ask.k.checked_add(1).map(|k| k ^ ask.xor));
        }
    }
    starts.into_iter().collect()
}

/// Any tests. Words are made bit by bit from the highest on; of each beginning all that matters is how it compares with the beginnings
/// of what the tests compare with, and of those that compare alike one is kept.
fn by_bits(asks: &[Ask]) -> Vec<u32> {
    let mut begun: BTreeMap<Vec<Ordering>, u32> =
        BTreeMap::from([(vec![Ordering::Equal; asks.len()], 0)]);
    for bit in (0..u32::BITS).rev() {
        let mut longer = BTreeMap::new();
        for (state, word) in begun {
            for word in [word, word | 1 << bit] {
                let next = |(before, ask): (&Ordering, &Ask)| {
                    let a = (word & ask.and ^ ask.xor) >> bit & 1;
                    let k = ask.k >> bit & 1;
                    before.then(match ask.code {
                        // What counts is whether one bit is in both.
                        JSET_K if a & k == 0 => Ordering::Equal,
                        JSET_K => Ordering::Greater,
                        _ => a.cmp(&k),
                    })
                };
                longer
                    .entry(state.iter().zip(asks).map(next).collect())
                    .or_insert(word);
            }
        }
        begun = longer;
    }
    let answers = |word: u32| -> Vec<bool> { asks.iter().map(|ask| ask.holds(word)).collect() };
    let cells: BTreeMap<Vec<bool>, u32> = begun
        .into_values()
        .map(|word| (answers(word), word))
        .collect();
    cells.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Random;

    /// Whatever word there is, one of its cell is among those that are tried.
    #[test]
    fn every_cell_has_its_word() {
        let mut random = Random::new(1);
        for round in 0..400 {
            let count = 1 + random.below(7);
            let masked = round % 2 == 0;
            let ask = |random: &mut Random| Ask {
                and: if masked { random.edge_word() } else { u32::MAX },
                xor: random.one(&[0, SIGN]),
                code: random.one(if masked {
                    &[JEQ_K, JGE_K, JGT_K, JSET_K]
                } else {
                    &[JEQ_K, JGE_K, JGT_K]
                }),
                k: random.edge_word(),
            };
            let asks: Vec<Ask> = (0..count).map(|_| ask(&mut random)).collect();
            let answers = |word: u32| -> Vec<bool> { asks.iter().map(|a| a.holds(word)).collect() };
            let words = cells(&asks);
            let known: BTreeSet<Vec<bool>> = words.iter().map(|word| answers(*word)).collect();
            // Both ways come to the same cells, and the second has one word for each.
            let words = by_bits(&asks);
            assert_eq!(words.len(), known.len());
            assert!(words.iter().all(|word| known.contains(&answers(*word))));
            let near = |k: u32| [k.wrapping_sub(1), k, k.wrapping_add(1), !k, k ^ SIGN];
            let mut others: Vec<u32> = asks
                .iter()
                .flat_map(|a| [a.k, a.and, a.k & a.and])
                .flat_map(near)
                .collect();
            others.extend((0..200).map(|_| random.edge_word()));
            for word in others {
                assert!(known.contains(&answers(word)), "{word:#x} of {asks:x?}");
            }
        }
    }

    fn i(code: u16, jt: u8, jf: u8, k: u32) -> Plain {
        Plain { code, jt, jf, k }
    }

    #[test]
    fn one_call_among_all_is_found() {
        let program = |high: u32| {
            [
                i(LD_W_ABS, 0, 0, 20),
                i(AND_K, 0, 0, 0xf0),
                i(JEQ_K, 0, 4, 0x30),
                i(LD_W_ABS, 0, 0, 56),
                i(XOR_K, 0, 0, SIGN),
                i(JGT_K, 0, 1, high),
                i(RET_K, 0, 0, 1),
                i(RET_K, 0, 0, 2),
            ]
        };
        assert!(matches!(
            compare([&program(9), &program(9)], 100),
            Compared::Same(_)
        ));
        let Compared::Different(words, answers) = compare([&program(9), &program(8)], 100) else {
            panic!("no difference is found");
        };
        assert_eq!((words[14], answers), (Some(9 ^ SIGN), [Some(2), Some(1)]));
        assert_eq!(compare([&program(9), &program(9)], 1), Compared::TooMany);
        // What the kernel wouldn't take is like nothing, itself included.
        let lost = [i(LD_W_ABS, 0, 0, 0), i(JA, 0, 0, 7)];
        assert!(matches!(
            compare([&lost, &lost], 100),
            Compared::Different(..)
        ));
    }
}
