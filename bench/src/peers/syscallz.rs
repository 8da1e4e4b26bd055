use std::error::Error;
use std::mem;

use seccomptime_compiler::data::{Table, name_of};
use syscallz::{Action, Cmp, Comparator, Context, Syscall};

use super::Peer;
use crate::policies::{Rules, Test};

/// syscallz: libseccomp by way of an enum of calls, whose users write its variants. A call that the enum lacks can't be allowed.
pub struct Syscallz {
    /// By number.
    calls: Vec<Option<Syscall>>,
}

/// Numbers that calls may have.
const NUMBERS: u32 = 1024;

impl Syscallz {
    pub fn new() -> Syscallz {
        let call = |number| Syscall::from_name(name_of(Table::X86_64, number)?);
        Syscallz {
            calls: (0..NUMBERS).map(call).collect(),
        }
    }

    fn call(&self, number: u32) -> Option<Syscall> {
        *self.calls.get(usize::try_from(number).ok()?)?
    }

    fn build(&self, rules: &Rules) -> Result<Context, Box<dyn Error>> {
        let errno = u16::try_from(libc::EPERM)?;
        let mut context = Context::init_with_action(Action::Errno(errno))?;
        for call in rules.numbers.iter().filter_map(|&nr| self.call(nr)) {
            context.allow_syscall(call)?;
        }
        for condition in &rules.conditions {
            let Some(call) = self.call(condition.number) else {
                continue;
            };
            let mut allow = |operation, a, b| {
                let compare = Comparator::new(condition.argument.into(), operation, a, b);
                context.set_rule_for_syscall(Action::Allow, call, &[compare])
            };
            match condition.test {
                Test::OneOf(values) => values
                    .iter()
                    .try_for_each(|&value| allow(Cmp::Eq, value, None))?,
                Test::NoneOf(mask) => allow(Cmp::MaskedEq, mask, Some(0))?,
            }
        }
        Ok(context)
    }
}

impl Peer for Syscallz {
    fn name(&self) -> &'static str {
        "syscallz 0.17"
    }

    fn install(&self, rules: &Rules) -> Result<(), String> {
        let context = self.build(rules).map_err(|error| error.to_string())?;
        let loaded = context.load().map_err(|error| error.to_string());
        // What is given back once the filter is in force isn't measured.
        mem::forget(context);
        loaded
    }
}
