//! What a program does, read from its instructions alone.

use std::collections::BTreeMap;

use crate::argument::Type;
use crate::bpf::{
    AND_K, Constant, Half, Instruction, JA, JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS, OFFSET_ARCH,
    OFFSET_NR, Of, RET_K, XOR_K,
};
use crate::map::{Map, Set};
use crate::policy::Action;
use crate::values::Values;

use super::bdd::{Diagrams, Ref, TooMany};
use super::question::{Asks, Term, Test, member, term};

/// The diagrams, and what their ends and tests stand for.
pub(super) struct Ends {
    pub(super) diagrams: Diagrams,
    actions: Vec<Action>,
    questions: Map<Test, usize>,
    /// The lists that the program searches.
    searched: Set<(Vec<String>, Type)>,
}

impl Ends {
    pub(super) fn new(program: &[Instruction], values: &Values) -> Ends {
        let lists: Set<usize> = program
            .iter()
            .filter_map(|instruction| match instruction.k {
                Constant::Value(Half {
                    of: Of::Sorted { list, .. },
                    ..
                }) => Some(list),
                _ => None,
            })
            .collect();
        Ends {
            diagrams: Diagrams::new(),
            actions: Vec::new(),
            questions: Map::new(),
            searched: lists
                .into_iter()
                .filter_map(|list| member(list, values))
                .collect(),
        }
    }

    /// The end that is an action.
    pub(super) fn action(&mut self, action: &Action) -> Ref {
        let known = self.actions.iter().position(|known| known == action);
        let number = known.unwrap_or_else(|| {
            self.actions.push(action.clone());
            self.actions.len() - 1
        });
        self.diagrams.action(number)
    }

    /// Whether a test holds.
    pub(super) fn question(&mut self, test: Test) -> Ref {
        let next = self.questions.len();
        let number = *self.questions.get_or_insert(test, next);
        self.diagrams.test(number)
    }

    /// Whether the program searches the list.
    pub(super) fn is_searched(&self, list: &(Vec<String>, Type)) -> bool {
        self.searched.contains(list)
    }

    pub(super) fn not(&mut self, a: Ref) -> Result<Ref, TooMany> {
        self.diagrams.choose(a, Diagrams::FALSE, Diagrams::TRUE)
    }

    pub(super) fn and(&mut self, a: Ref, b: Ref) -> Result<Ref, TooMany> {
        self.diagrams.choose(a, b, Diagrams::FALSE)
    }

    pub(super) fn or(&mut self, a: Ref, b: Ref) -> Result<Ref, TooMany> {
        self.diagrams.choose(a, Diagrams::TRUE, b)
    }
}

/// What A holds.
enum Content {
    /// Nothing that a program may rely on.
    Nothing,
    /// The number, which is known.
    Number,
    /// The audit arch, which is known.
    Arch,
    /// A word of the arguments.
    Word(Word),
}

/// A word of the arguments, changed or not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    offset: u32,
    changes: Vec<(u16, Term)>,
}

/// A test on an argument that a walk has come to: the instruction, and what A holds.
type State = (usize, Word);

/// Where a walk goes without asking anything of an argument.
enum Stop {
    /// To its end.
    End(Ref),
    /// To a test.
    Test(State),
}

/// A test on an argument. Either answer leads to one place or, where a list was searched, to several that must come to the same.
struct Step {
    state: State,
    question: Ref,
    yes: Vec<Stop>,
    no: Vec<Stop>,
}

/// Why a program can't be followed.
pub(super) enum Lost {
    /// At this instruction.
    At(usize),
    /// There is too much to look at.
    TooMany,
}

impl From<TooMany> for Lost {
    fn from(_: TooMany) -> Lost {
        Lost::TooMany
    }
}

/// Follows a program for one audit arch, and one number or any.
pub(super) struct Walk<'p> {
    pub(super) program: &'p [Instruction],
    pub(super) values: &'p Values,
    pub(super) arch: u32,
    pub(super) number: Option<u32>,
}

/// What follows from each test on an argument. Behind the first load of an argument neither number nor audit arch can be asked for any
/// more, so one memory serves them all.
#[derive(Default)]
pub(super) struct Memory(BTreeMap<State, Ref>);

impl Memory {
    /// What follows from here.
    fn of(&self, stop: &Stop) -> Option<Ref> {
        match stop {
            Stop::End(end) => Some(*end),
            Stop::Test(state) => self.0.get(state).copied(),
        }
    }

    /// What follows from each of these, where that is the same.
    fn common(&self, stops: &[Stop]) -> Option<Ref> {
        let (first, others) = stops.split_first()?;
        let first = self.of(first)?;
        let same = |stop: &Stop| self.of(stop) == Some(first);
        others.iter().all(same).then_some(first)
    }
}

impl Walk<'_> {
    /// What the program does, as a diagram.
    pub(super) fn run(&self, ends: &mut Ends, memory: &mut Memory) -> Result<Ref, Lost> {
        let stop = self.follow(0, Content::Nothing, ends)?;
        if let Stop::Test(state) = &stop {
            self.solve(state, ends, memory)?;
        }
        memory.of(&stop).ok_or(Lost::At(0))
    }

    /// Remembers what follows from a test, and from all that it leads to. Jumps go forward alone: taken in the order of the
    /// instructions, a test comes before those that it leads to, and backwards after them. So there is no recursion, however long the
    /// program, and questions are numbered in the order in which programs ask them, which keeps diagrams small.
    fn solve(&self, state: &State, ends: &mut Ends, memory: &mut Memory) -> Result<(), Lost> {
        let mut open = Set::from([state.clone()]);
        let mut steps = Vec::new();
        while let Some(state) = open.pop_first() {
            if memory.0.contains_key(&state) {
                continue;
            }
            let step = self.step(state, ends)?;
            for stop in step.yes.iter().chain(&step.no) {
                if let Stop::Test(state) = stop {
                    open.insert(state.clone());
                }
            }
            steps.push(step);
        }
        for step in steps.into_iter().rev() {
            let (yes, no) = (memory.common(&step.yes), memory.common(&step.no));
            let (yes, no) = yes.zip(no).ok_or(Lost::At(step.state.0))?;
            let chosen = ends.diagrams.choose(step.question, yes, no)?;
            memory.0.insert(step.state, chosen);
        }
        Ok(())
    }

    /// Goes on to the end or to a test on an argument.
    fn follow(&self, start: usize, content: Content, ends: &mut Ends) -> Result<Stop, Lost> {
        let (mut pc, mut content) = (start, content);
        loop {
            let lost = Lost::At(pc);
            let Some(instruction) = self.program.get(pc) else {
                return Err(lost);
            };
            pc += 1;
            match (instruction.code, &instruction.k) {
                (RET_K, Constant::Return(action)) => return Ok(Stop::End(ends.action(action))),
                (LD_W_ABS, Constant::Known(offset)) => {
                    // What is remembered behind an argument serves all numbers, so none may be asked for there.
                    let behind = matches!(content, Content::Word(_));
                    content = match *offset {
                        OFFSET_NR | OFFSET_ARCH if behind => return Err(lost),
                        OFFSET_NR => Content::Number,
                        OFFSET_ARCH => Content::Arch,
                        offset => Content::Word(Word {
                            offset,
                            changes: Vec::new(),
                        }),
                    };
                }
                (JA, Constant::Known(k)) => pc = ahead(pc, *k).ok_or(lost)?,
                (AND_K | XOR_K, k) => match (&mut content, term(k, self.values)) {
                    (Content::Word(word), Some(change)) => {
                        word.changes.push((instruction.code, change));
                    }
                    _ => return Err(lost),
                },
                (JEQ_K | JGE_K | JGT_K | JSET_K, k) => {
                    let known = match content {
                        Content::Nothing => return Err(lost),
                        Content::Number => self.number.ok_or(lost)?,
                        Content::Arch => self.arch,
                        Content::Word(word) => return Ok(Stop::Test((pc - 1, word))),
                    };
                    let holds = holds(instruction.code, known, k).ok_or(Lost::At(pc - 1))?;
                    pc += skip(instruction, holds);
                }
                _ => return Err(lost),
            }
        }
    }

    /// Asks what a test on an argument asks, and goes on both ways.
    fn step(&self, state: State, ends: &mut Ends) -> Result<Step, Lost> {
        let (pc, word) = &state;
        let instruction = &self.program[*pc];
        let (asks, yes, no) = match &instruction.k {
            Constant::Value(Half {
                of: Of::Sorted { list, .. },
                high: false,
                flip: false,
            }) => {
                let (texts, ty) = member(*list, self.values).ok_or(Lost::At(*pc))?;
                // The lower halves of wide values are in no order.
                if ty.bits == 64 {
                    return Err(Lost::At(*pc));
                }
                let (yes, no) = self.search(*pc, *list, texts.len())?;
                (Asks::Member(texts, ty), yes, no)
            }
            k => {
                let compared = term(k, self.values).ok_or(Lost::At(*pc))?;
                let to = |holds| Set::from([pc + 1 + skip(instruction, holds)]);
                (
                    Asks::Compares(instruction.code, compared),
                    to(true),
                    to(false),
                )
            }
        };
        let question = ends.question(Test {
            offset: word.offset,
            changes: word.changes.clone(),
            asks,
        });
        let mut stops = |from: Set<usize>| {
            let follow = |pc| self.follow(pc, Content::Word(word.clone()), ends);
            from.into_iter().map(follow).collect::<Result<_, _>>()
        };
        let (yes, no) = (stops(yes)?, stops(no)?);
        Ok(Step {
            state,
            question,
            yes,
            no,
        })
    }

    /// Where a search of a sorted list leads from here, for what is in the list and for what isn't. The values are known to be in order
    /// and to differ, and nothing else: so each value, and each gap beside one, is looked for.
    fn search(
        &self,
        start: usize,
        list: usize,
        count: usize,
    ) -> Result<(Set<usize>, Set<usize>), Lost> {
        let (mut found, mut missed) = (Set::new(), Set::new());
        for index in 0..count {
            missed.insert(self.search_for(start, list, Place::Before(index), count)?);
            found.insert(self.search_for(start, list, Place::At(index), count)?);
        }
        missed.insert(self.search_for(start, list, Place::Before(count), count)?);
        Ok((found, missed))
    }

    /// Where a search ends for one place.
    fn search_for(
        &self,
        start: usize,
        list: usize,
        place: Place,
        count: usize,
    ) -> Result<usize, Lost> {
        let mut pc = start;
        loop {
            let lost = Lost::At(pc);
            let Some(instruction) = self.program.get(pc) else {
                return Err(lost);
            };
            let index = match (instruction.code, &instruction.k) {
                (JA, Constant::Known(k)) => {
                    pc = ahead(pc + 1, *k).ok_or(lost)?;
                    continue;
                }
                (
                    _,
                    Constant::Value(Half {
                        of: Of::Sorted { list: l, index },
                        high: false,
                        flip: false,
                    }),
                ) if *l == list => *index,
                _ => return Ok(pc),
            };
            let holds = match (instruction.code, place) {
                _ if index >= count => return Err(lost),
                (JEQ_K, Place::At(at)) => at == index,
                (JEQ_K, Place::Before(_)) => false,
                (JGE_K, Place::At(at)) => at >= index,
                (JGT_K, Place::At(at)) => at > index,
                // Nothing is between a value and the gap behind it.
                (JGE_K | JGT_K, Place::Before(next)) => next > index,
                _ => return Err(lost),
            };
            pc += 1 + skip(instruction, holds);
        }
    }
}

/// Where a word stands among the values of a list in their order.
#[derive(Clone, Copy)]
enum Place {
    /// It is the value with this index.
    At(usize),
    /// It is below the value with this index, if there is one, and above the one before, if there is one.
    Before(usize),
}

/// The place `k` instructions on.
fn ahead(pc: usize, k: u32) -> Option<usize> {
    pc.checked_add(usize::try_from(k).ok()?)
}

/// How many instructions a test skips.
fn skip(instruction: &Instruction, holds: bool) -> usize {
    usize::from(if holds {
        instruction.jt
    } else {
        instruction.jf
    })
}

/// Whether a test of a known word holds.
fn holds(code: u16, word: u32, k: &Constant) -> Option<bool> {
    let Constant::Known(k) = k else {
        return None;
    };
    match code {
        JEQ_K => Some(word == *k),
        JGE_K => Some(word >= *k),
        JGT_K => Some(word > *k),
        _ => None,
    }
}
