use std::collections::HashMap;

use extrasafe::syscalls::Sysno;
use extrasafe::{
    RuleSet, SafetyContext, SeccompArgumentFilter, SeccompRule, SeccompilerComparator,
};

use super::Peer;
use crate::policies::{Condition, Rules, Test};

/// extrasafe, which always adds calls of its own choice, and knows no number that its table lacks.
pub struct Extrasafe;

impl Peer for Extrasafe {
    fn name(&self) -> &'static str {
        "extrasafe 0.5"
    }

    fn install(&self, rules: &Rules) -> Result<(), String> {
        SafetyContext::new()
            .enable(rules)
            .and_then(SafetyContext::apply_to_current_thread)
            .map_err(|error| error.to_string())
    }
}

impl RuleSet for Rules {
    fn simple_rules(&self) -> Vec<Sysno> {
        self.numbers.iter().filter_map(|&nr| sysno(nr)).collect()
    }

    fn conditional_rules(&self) -> HashMap<Sysno, Vec<SeccompRule>> {
        let rules = self.conditions.iter().filter_map(|condition| {
            let call = sysno(condition.number)?;
            Some((call, rules_of(call, condition)))
        });
        rules.collect()
    }

    fn name(&self) -> &'static str {
        "the policy"
    }
}

fn sysno(number: u32) -> Option<Sysno> {
    Sysno::new(usize::try_from(number).ok()?)
}

fn rules_of(call: Sysno, condition: &Condition) -> Vec<SeccompRule> {
    let argument = condition.argument;
    let rule = |filter| SeccompRule::new(call).and_condition(filter);
    match condition.test {
        Test::OneOf(values) => {
            // The values are of 32 bits.
            let values = values.iter().filter_map(|&value| u32::try_from(value).ok());
            let equal = SeccompilerComparator::Eq;
            values
                .map(|value| rule(SeccompArgumentFilter::new32(argument, equal.clone(), value)))
                .collect()
        }
        Test::NoneOf(mask) => {
            let none = SeccompilerComparator::MaskedEq(mask);
            vec![rule(SeccompArgumentFilter::new64(argument, none, 0))]
        }
    }
}
