//! Policies and calls at random, made of a list of numbers: a shorter list of smaller numbers makes a simpler policy, so that a failing
//! case shrinks.

mod call;
mod case;
mod condition;
mod policy;

pub use call::{Known, calls};
pub use case::{Case, Kind, run};
pub use condition::{Tree, tree_of};
pub use policy::{arch, policy};

/// What runs the programs, and what it can.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Machine {
    /// The kernel's, which runs all that is emitted.
    Kernel,
    /// One that lacks JSET, XOR and USER_NOTIF: no policy asks for them.
    Plain,
}

/// The numbers that choices are made by; when they run out, every choice is the first.
#[derive(Debug)]
pub struct Choices<'a>(std::slice::Iter<'a, u32>);

impl<'a> Choices<'a> {
    /// Choices by these numbers.
    pub fn new(numbers: &'a [u32]) -> Self {
        Self(numbers.iter())
    }

    /// Any 32 bits.
    pub fn word(&mut self) -> u32 {
        self.0.next().copied().unwrap_or_default()
    }

    /// Whether the numbers have run out.
    pub fn is_over(&self) -> bool {
        self.0.as_slice().is_empty()
    }

    /// Once in so many times, by the number that the next choice is made by too.
    fn soon_once_in(&self, times: u32) -> bool {
        let next = self.0.as_slice().first();
        next.is_some_and(|word| word % times == times - 1)
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        let word = usize::try_from(self.word()).expect("32 bits");
        word % count.max(1)
    }

    /// One of a list.
    pub fn one<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }
}

/// Numbers on the edges of everything that has edges.
pub const EDGES: [i128; 20] = [
    0,
    1,
    -1,
    2,
    -2,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x1_0000,
    (1 << 31) - 1,
    1 << 31,
    (1 << 31) + 1,
    (1 << 32) - 1,
    1 << 32,
    (1 << 32) + 1,
    -(1 << 31),
    (1 << 63) - 1,
    1 << 63,
    (1 << 64) - 1,
];
