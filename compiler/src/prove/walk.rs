//! What a program does, read from its instructions alone.

use std::collections::BTreeMap;

use crate::bpf::{
    AND_K, Constant, Half, Instruction, JA, JEQ_K, JGE_K, JGT_K, JSET_K, LD_W_ABS, OFFSET_ARCH,
    OFFSET_NR, Of, RET_K, XOR_K,
};
use crate::policy::Action;
use crate::values::Values;

use super::bdd::{Diagrams, Ref, TooMany};
use super::question::{Asks, Term, Test, member, term};

/// The diagrams, and what their ends and tests stand for.
pub(super) struct Ends {
    pub(super) diagrams: Diagrams,
    actions: Vec<Action>,
    questions: BTreeMap<Test, usize>,
    /// The lists that the program searches.
    searched: Vec<Vec<String>>,
}

impl Ends {
    pub(super) fn new(program: &[Instruction], values: &Values) -> Ends {
        let lists = program
            .iter()
            .filter_map(|instruction| match instruction.k {
                Constant::Value(Half {
                    of: Of::Sorted { list, .. },
                    ..
                }) => Some(member(list, values)?.0),
                _ => None,
            });
        Ends {
            diagrams: Diagrams::new(),
            actions: Vec::new(),
            questions: BTreeMap::new(),
            searched: lists.collect(),
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
        let number = *self.questions.entry(test).or_insert(next);
        self.diagrams.test(number)
    }

    /// Whether the program searches the list with these values.
    pub(super) fn is_searched(&self, texts: &[String]) -> bool {
        self.searched.iter().any(|list| list == texts)
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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    /// Nothing that a program may rely on.
    Nothing,
    /// The number, which is known.
    Number,
    /// The audit arch, which is known.
    Arch,
    /// A word of the arguments, changed or not.
    Word {
        offset: u32,
        changes: Vec<(u16, Term)>,
    },
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

/// Where a walk has been: the instruction and what A held. What follows depends on the number only before the first load of an
/// argument, so behind it one memory serves all numbers.
#[derive(Default)]
pub(super) struct Memory(BTreeMap<(usize, Content), Ref>);

impl Walk<'_> {
    /// What the program does, as a diagram.
    pub(super) fn run(&self, ends: &mut Ends, memory: &mut Memory) -> Result<Ref, Lost> {
        self.from(0, Content::Nothing, ends, memory)
    }

    fn from(
        &self,
        start: usize,
        content: Content,
        ends: &mut Ends,
        memory: &mut Memory,
    ) -> Result<Ref, Lost> {
        let (mut pc, mut content) = (start, content);
        loop {
            let instruction = self.program.get(pc).ok_or(Lost::At(pc))?;
            let next = pc + 1;
            let jump = |holds: bool| {
                let skip = if holds {
                    instruction.jt
                } else {
                    instruction.jf
                };
                next + usize::from(skip)
            };
            match (instruction.code, &instruction.k) {
                (RET_K, Constant::Return(action)) => return Ok(ends.action(action)),
                (LD_W_ABS, Constant::Known(offset)) => {
                    // What is remembered behind an argument serves all numbers, so none may be asked for there.
                    let behind = matches!(content, Content::Word { .. });
                    content = match *offset {
                        OFFSET_NR | OFFSET_ARCH if behind => return Err(Lost::At(pc)),
                        OFFSET_NR => Content::Number,
                        OFFSET_ARCH => Content::Arch,
                        offset => Content::Word {
                            offset,
                            changes: Vec::new(),
                        },
                    };
                    pc = next;
                }
                (JA, Constant::Known(k)) => {
                    pc = next
                        .checked_add(usize::try_from(*k).map_err(|_| Lost::At(pc))?)
                        .ok_or(Lost::At(pc))?;
                }
                (AND_K | XOR_K, k) => {
                    let change = term(k, self.values).ok_or(Lost::At(pc))?;
                    match &mut content {
                        Content::Word { changes, .. } => changes.push((instruction.code, change)),
                        _ => return Err(Lost::At(pc)),
                    }
                    pc = next;
                }
                (JEQ_K | JGE_K | JGT_K | JSET_K, k) => match &content {
                    Content::Nothing => return Err(Lost::At(pc)),
                    Content::Number => {
                        let number = self.number.ok_or(Lost::At(pc))?;
                        pc = jump(holds(instruction.code, number, k).ok_or(Lost::At(pc))?);
                    }
                    Content::Arch => {
                        pc = jump(holds(instruction.code, self.arch, k).ok_or(Lost::At(pc))?);
                    }
                    Content::Word { .. } => return self.test(pc, content, ends, memory),
                },
                _ => return Err(Lost::At(pc)),
            }
        }
    }

    /// A test on an argument: both ways are followed.
    fn test(
        &self,
        pc: usize,
        content: Content,
        ends: &mut Ends,
        memory: &mut Memory,
    ) -> Result<Ref, Lost> {
        let key = (pc, content.clone());
        if let Some(&known) = memory.0.get(&key) {
            return Ok(known);
        }
        let instruction = &self.program[pc];
        let Content::Word { offset, changes } = &content else {
            return Err(Lost::At(pc));
        };
        let (asks, yes, no) = match &instruction.k {
            Constant::Value(Half {
                of: Of::Sorted { list, .. },
                high: false,
                flip: false,
            }) => {
                let (yes, no) = self.search(pc, *list)?;
                let (texts, ty) = member(*list, self.values).ok_or(Lost::At(pc))?;
                (Asks::Member(texts, ty), yes, no)
            }
            k => {
                let compared = term(k, self.values).ok_or(Lost::At(pc))?;
                let yes = pc + 1 + usize::from(instruction.jt);
                let no = pc + 1 + usize::from(instruction.jf);
                (Asks::Compares(instruction.code, compared), yes, no)
            }
        };
        let question = ends.question(Test {
            offset: *offset,
            changes: changes.clone(),
            asks,
        });
        let yes = self.from(yes, content.clone(), ends, memory)?;
        let no = self.from(no, content, ends, memory)?;
        let chosen = ends.diagrams.choose(question, yes, no)?;
        memory.0.insert(key, chosen);
        Ok(chosen)
    }

    /// Where a search of a sorted list leads from here, for what is in the list and for what isn't. The values are known to be in order
    /// and to differ, and nothing else: so each value, and each gap beside one, is looked for.
    fn search(&self, start: usize, list: usize) -> Result<(usize, usize), Lost> {
        let count = self
            .values
            .lists
            .get(list)
            .ok_or(Lost::At(start))?
            .values
            .len();
        // Twice the place of a value, and odd numbers for the gaps.
        let places = 0..=2 * count;
        let mut found = None;
        let mut missed = None;
        for place in places {
            let end = self.search_for(start, list, place)?;
            let slot = if place % 2 == 1 {
                &mut found
            } else {
                &mut missed
            };
            if *slot.get_or_insert(end) != end {
                return Err(Lost::At(start));
            }
        }
        found.zip(missed).ok_or(Lost::At(start))
    }

    /// Where a search ends for one place: `2 * i + 1` is the value at `i`, `2 * i` the gap before it.
    fn search_for(&self, start: usize, list: usize, place: usize) -> Result<usize, Lost> {
        let mut pc = start;
        loop {
            let instruction = self.program.get(pc).ok_or(Lost::At(pc))?;
            let index = match &instruction.k {
                Constant::Value(Half {
                    of: Of::Sorted { list: l, index },
                    high: false,
                    flip: false,
                }) if *l == list => 2 * index + 1,
                _ => return Ok(pc),
            };
            let holds = match instruction.code {
                JEQ_K => place == index,
                JGE_K => place >= index,
                JGT_K => place > index,
                _ => return Err(Lost::At(pc)),
            };
            let skip = if holds {
                instruction.jt
            } else {
                instruction.jf
            };
            pc += 1 + usize::from(skip);
        }
    }
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
