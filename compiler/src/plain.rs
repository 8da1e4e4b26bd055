//! A program in numbers, as the kernel takes it: what rustc makes of the constants, for those who know the values already.
//!
//! This shares no code with the runtime's `const fn`s, which do the same while a user's crate is compiled.

use crate::arch::Arch;
use crate::bpf::{Constant, Instruction, Of};
pub use crate::known::Fault;
use crate::known::{Number, checked, half_of};
use crate::policy::{Action, Expression, Value};
use crate::sim::{self, Call};
use crate::values::Values;

/// One instruction: `struct sock_filter`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plain {
    /// The operation.
    pub code: u16,
    /// How many instructions to skip where a test holds.
    pub jt: u8,
    /// How many instructions to skip where it doesn't.
    pub jf: u8,
    /// The constant.
    pub k: u32,
}

/// The program whose expressions have the values that `number` gives.
///
/// # Errors
///
/// What rustc would refuse to compile.
pub fn plain(
    program: &[Instruction],
    values: &Values,
    arch: &Arch,
    number: &dyn Fn(&Expression) -> Option<i128>,
) -> Result<Vec<Plain>, Fault> {
    let all = all_values(values, number)?;
    let mut lists = Vec::new();
    for (index, list) in values.lists.iter().enumerate() {
        let mut sorted: Vec<u64> = list.values.iter().map(|&value| all[value].bits).collect();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Fault::Twins(index));
        }
        lists.push(sorted);
    }
    let constant = |constant: &Constant| match constant {
        Constant::Known(k) => Ok(*k),
        Constant::Return(action) => return_value(action, arch, number),
        Constant::Value(half) => Ok(half_of(
            *half,
            match half.of {
                Of::One(index) => all[index].bits,
                Of::Sorted { list, index } => lists[list][index],
            },
        )),
    };
    let instruction = |i: &Instruction| {
        let k = constant(&i.k)?;
        let (code, jt, jf) = (i.code, i.jt, i.jf);
        Ok(Plain { code, jt, jf, k })
    };
    program.iter().map(instruction).collect()
}

/// What a program returns for a call. `None` is a program that the kernel would not have taken.
pub fn run(program: &[Plain], call: &Call, big_endian: bool) -> Option<u32> {
    let step = |at: usize| program.get(at).map(|i| (i.code, i.jt, i.jf, i.k));
    let (end, _) = sim::follow(step, call, big_endian)?;
    Some(program.get(end)?.k)
}

/// How many instructions a run on a call takes. `None` is a program that the kernel would not have taken.
pub fn executed(program: &[Plain], call: &Call, big_endian: bool) -> Option<usize> {
    let step = |at: usize| program.get(at).map(|i| (i.code, i.jt, i.jf, i.k));
    sim::follow(step, call, big_endian).map(|(_, executed)| executed)
}

fn known(
    expression: &Expression,
    number: &dyn Fn(&Expression) -> Option<i128>,
) -> Result<i128, Fault> {
    number(expression).ok_or_else(|| Fault::Unknown(expression.text.clone()))
}

/// The values, each known to be what it must be.
fn all_values(
    values: &Values,
    number: &dyn Fn(&Expression) -> Option<i128>,
) -> Result<Vec<Number>, Fault> {
    let mut all: Vec<Number> = Vec::new();
    for (index, value) in values.all.iter().enumerate() {
        let n = known(&value.expression, number)?;
        all.push(checked(index, value, n, |earlier| {
            all.get(earlier).copied()
        })?);
    }
    Ok(all)
}

fn return_value(
    action: &Action,
    arch: &Arch,
    number: &dyn Fn(&Expression) -> Option<i128>,
) -> Result<u32, Fault> {
    let data = match &action.value {
        None => 0,
        Some(Value::Enosys) => arch.enosys,
        Some(Value::Expression(expression)) => {
            let n = known(expression, number)?;
            let data = u32::try_from(n).ok();
            data.filter(|data| action.verb.range().contains(data))
                .ok_or(Fault::Action(action.verb, n))?
        }
    };
    Ok(action.verb.code() | data)
}
