use std::fs;
use std::mem;

use libseccomp::{
    ScmpAction, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall, ScmpVersion,
};

use super::Peer;
use crate::policies::{Rules, Test};

/// libseccomp through its crate.
pub struct Libseccomp {
    pub level: Level,
}

/// How the numbers are told apart: `SCMP_FLTATR_CTL_OPTIMIZE`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// One after the other, the default.
    Chain = 1,
    BinaryTree = 2,
}

impl Peer for Libseccomp {
    fn name(&self) -> &'static str {
        match self.level {
            Level::Chain => "libseccomp",
            Level::BinaryTree => "libseccomp, binary tree",
        }
    }

    fn install(&self, rules: &Rules) -> Result<(), String> {
        let context = build(rules, self.level).map_err(|error| error.to_string())?;
        let loaded = context.load().map_err(|error| error.to_string());
        // What is given back once the filter is in force isn't measured.
        mem::forget(context);
        loaded
    }
}

fn build(
    rules: &Rules,
    level: Level,
) -> Result<ScmpFilterContext, libseccomp::error::SeccompError> {
    let mut context = ScmpFilterContext::new(ScmpAction::Errno(libc::EPERM))?;
    if level != Level::Chain {
        context.set_ctl_optimize(level as u32)?;
    }
    let call = |number: u32| ScmpSyscall::from(number.cast_signed());
    for &number in &rules.numbers {
        context.add_rule(ScmpAction::Allow, call(number))?;
    }
    for condition in &rules.conditions {
        let mut allow = |operation, value| {
            let compare = ScmpArgCompare::new(condition.argument.into(), operation, value);
            let call = call(condition.number);
            let added = context.add_rule_conditional(ScmpAction::Allow, call, &[compare]);
            added.map(|_| ())
        };
        match condition.test {
            Test::OneOf(values) => values
                .iter()
                .try_for_each(|&value| allow(ScmpCompareOp::Equal, value))?,
            Test::NoneOf(mask) => allow(ScmpCompareOp::MaskedEqual(mask), 0)?,
        }
    }
    Ok(context)
}

/// The library's version, and how long the file is that this process has of it.
pub fn version() -> Option<(String, u64)> {
    let version = ScmpVersion::current().ok()?;
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let file = maps.lines().find_map(|line| {
        line.split_ascii_whitespace()
            .find(|word| word.contains("/libseccomp.so"))
    })?;
    let length = fs::metadata(file).ok()?.len();
    Some((version.to_string(), length))
}
