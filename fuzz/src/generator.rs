//! A policy at random, from choices that the fuzzer makes.

use arbitrary::{Arbitrary, Result, Unstructured};
use seccomptime_compiler::arch::ARCHES;
use seccomptime_compiler::include::NoFiles;
use seccomptime_compiler::lex::lex;
use seccomptime_compiler::plain::plain;
use seccomptime_compiler::{Build, compile};
use seccomptime_tests::random::{self, Case, Kind, Known, Machine, calls};
use seccomptime_tests::reference::number;
use seccomptime_tests::stages::linked;

use crate::kernel;

/// How many calls are made of each program.
const CALLS: usize = 40;
/// For how many other arches each policy is compiled.
const OTHERS: usize = 2;
/// The first byte of what stands for a number with four bytes of its own; a smaller one is the number itself.
const WIDE: u8 = 0xf8;

/// The numbers that a policy and its calls are made of.
#[derive(Debug)]
pub struct Choices(Vec<u32>);

impl<'a> Arbitrary<'a> for Choices {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let mut numbers = Vec::new();
        while !bytes.is_empty() {
            numbers.push(match bytes.arbitrary::<u8>()? {
                small if small < WIDE => small.into(),
                _ => bytes.arbitrary()?,
            });
        }
        Ok(Self(numbers))
    }
}

/// Checks all that must hold of the policy of these choices.
///
/// # Panics
///
/// Where something doesn't.
pub fn check(Choices(choices): &Choices) {
    let mut case = Case::of(
        choices,
        Kind {
            arches: &[],
            machine: Machine::Kernel,
            calls: CALLS,
        },
    );
    one(&case);
    let from = choices.iter().fold(0_u32, |sum, n| sum.wrapping_add(*n));
    for other in 0..OTHERS {
        let index = usize::try_from(from).expect("32 bits") + other;
        case.arch = &ARCHES[index % ARCHES.len()];
        let known = Known::of(&case.policy, case.arch);
        case.calls = calls(&mut random::Choices::new(choices), &known, CALLS);
        one(&case);
    }
}

fn one(case: &Case) {
    let program = case.program();
    let program = program.unwrap_or_else(|why| panic!("{why}: {case:?}"));
    let Some(program) = program else {
        return;
    };
    if let Some(Err(error)) = kernel::accepts(&program) {
        panic!("the kernel answers {error}: {case:?}");
    }
    // What is compiled in one go is what was proved and compared stage by stage; it may be refused for what it had better not say.
    let tokens = lex(&case.text, 0).expect("tokens").tokens;
    let build = Build { debug: case.debug };
    if let Ok(whole) = compile(&tokens, case.arch, build, &mut NoFiles) {
        let draft = plain(&whole.instructions, &whole.values, case.arch, &number);
        let same = draft.map(|draft| linked(&draft));
        assert_eq!(same, Ok(program), "{case:?}");
    }
}
