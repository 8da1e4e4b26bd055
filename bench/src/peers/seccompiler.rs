use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use super::Peer;
use crate::policies::{Condition, Rules, Test};

/// rust-vmm's seccompiler.
pub struct Seccompiler;

impl Peer for Seccompiler {
    fn name(&self) -> &'static str {
        "seccompiler 0.5"
    }

    fn install(&self, rules: &Rules) -> Result<(), String> {
        build(rules)
            .map_err(|error| error.to_string())
            .and_then(|program| apply_filter(&program).map_err(|error| error.to_string()))
    }
}

fn build(rules: &Rules) -> Result<BpfProgram, seccompiler::BackendError> {
    let mut map = BTreeMap::new();
    for &number in &rules.numbers {
        map.insert(i64::from(number), Vec::new());
    }
    for condition in &rules.conditions {
        map.insert(i64::from(condition.number), rules_of(condition)?);
    }
    let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    SeccompFilter::new(map, denied, SeccompAction::Allow, TargetArch::x86_64)?.try_into()
}

/// One rule for each way to be allowed.
fn rules_of(condition: &Condition) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let rule = |length, operation, value| {
        let condition = SeccompCondition::new(condition.argument, length, operation, value)?;
        SeccompRule::new(vec![condition])
    };
    match condition.test {
        Test::OneOf(values) => values
            .iter()
            .map(|&value| rule(SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value))
            .collect(),
        Test::NoneOf(mask) => Ok(vec![rule(
            SeccompCmpArgLen::Qword,
            SeccompCmpOp::MaskedEq(mask),
            0,
        )?]),
    }
}
