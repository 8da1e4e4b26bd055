//! Masks under which an argument is compared where that denies, and which hold flags of it: with one flag more it is another value.
//!
//! An argument whose flags stand beside a number, as in a socket's type, is compared by that number. Where all of an argument is flags any mask
//! may be meant.

use crate::data::{Syscall, Table};
use crate::lint::{Lint, Waivers};
use crate::policy::{Comparison, Condition, Expression, Operand, Pattern, Policy, Rule, Target};
use crate::resolve::Names;
use crate::select::rules_on;
use crate::token::Span;

use super::Checker;
use super::flags::carrier;

/// `SOCK_CLOEXEC`, include/linux/net.h.
const SOCK_CLOEXEC: u32 = 0x8_0000;
/// `SOCK_NONBLOCK`, include/linux/net.h.
const SOCK_NONBLOCK: u32 = 0x800;
/// `SOCK_NONBLOCK`, which is `O_NONBLOCK` there too: arch/mips/include/uapi/asm/fcntl.h.
const MIPS_SOCK_NONBLOCK: u32 = 0x80;

/// A test under a mask whose bits rustc must look at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MaskTest {
    /// The mask.
    pub mask: Expression,
    /// What is compared for equality; none where it is compared by order.
    pub values: Vec<Expression>,
    /// The bits that are no flag.
    pub field: u32,
    /// The bits that are.
    pub flags: u32,
    /// Where the mask stands.
    pub span: Span,
    /// The error where a flag more makes another value.
    pub message: String,
}

impl MaskTest {
    /// Whether one flag more makes another value, which gets past the test; `None` where only rustc knows.
    fn is_passed(&self) -> Option<bool> {
        let mask = self.mask.integer()?;
        let values = self.values.iter().map(Expression::integer);
        let values: Option<Vec<u64>> = values.collect();
        let values = values?;
        let (field, flags) = (u64::from(self.field), u64::from(self.flags) & mask);
        let passes = |flag: u64| {
            let mut plain = values.iter().filter(|value| *value & flag == 0);
            flags & flag != 0 && (values.is_empty() || plain.any(|v| !values.contains(&(v | flag))))
        };
        Some(mask & field != 0 && (0..u32::BITS).any(|bit| passes(1 << bit)))
    }
}

/// The flags of an argument of which `field` is none.
fn flags(syscall: &Syscall, field: u32, table: Table) -> u32 {
    match (syscall.name, table) {
        // The kernel refuses what is neither.
        ("socket" | "socketpair", Table::Mips | Table::Mips64) => SOCK_CLOEXEC | MIPS_SOCK_NONBLOCK,
        ("socket" | "socketpair", _) => SOCK_CLOEXEC | SOCK_NONBLOCK,
        // What has no meaning is let be.
        _ => !field,
    }
}

/// The tests of a policy whose masks only rustc knows.
pub fn mask_tests(policy: &Policy, names: &Names<'_>, table: Table) -> Vec<MaskTest> {
    let mut waivers = Waivers::new(&policy.settings.waivers);
    let mut tests = all(policy, names, table);
    tests.retain(|(test, rule)| {
        let pattern = rule.map(|rule| &rule.pattern);
        test.is_passed().is_none() && !waivers.lifts(Lint::FlagEquality, pattern)
    });
    tests.into_iter().map(|(test, _)| test).collect()
}

impl Checker<'_, '_> {
    /// Tests under masks that are known.
    pub(super) fn masks(&mut self, table: Table) {
        for (test, rule) in all(self.policy, self.names, table) {
            let pattern = rule.map(|rule| &rule.pattern);
            match test.is_passed() {
                // A waiver has its effect when rustc knows.
                None => drop(self.waivers.lifts(Lint::FlagEquality, pattern)),
                Some(true) if !self.waivers.lifts(Lint::FlagEquality, pattern) => {
                    self.report.error(test.span, test.message);
                }
                Some(_) => {}
            }
        }
    }
}

/// All tests under masks that may hold flags, and the rules that they are of.
fn all<'p>(
    policy: &'p Policy,
    names: &Names<'p>,
    table: Table,
) -> Vec<(MaskTest, Option<&'p Rule>)> {
    let mut found = Finder {
        table,
        rule: None,
        tests: Vec::new(),
    };
    for rule in rules_on(names, table) {
        found.rule = Some(rule.written);
        found.pattern(&rule.written.pattern, !rule.written.action.verb.permits());
    }
    found.rule = None;
    for pattern in &policy.forbids {
        found.pattern(pattern, true);
    }
    found.tests
}

struct Finder<'p> {
    table: Table,
    rule: Option<&'p Rule>,
    tests: Vec<(MaskTest, Option<&'p Rule>)>,
}

impl Finder<'_> {
    fn pattern(&mut self, pattern: &Pattern, denies: bool) {
        let (Target::Name(name), Some(condition)) = (&pattern.target, &pattern.condition) else {
            return;
        };
        let syscall = crate::data::syscall(&name.text);
        if let Some(syscall) = syscall.filter(|s| s.nr_on(self.table).is_some()) {
            self.condition(syscall, condition, denies);
        }
    }

    /// As [`Checker::condition`] goes through it.
    fn condition(&mut self, syscall: &'static Syscall, condition: &Condition, denies: bool) {
        match condition {
            Condition::Not(inner) => self.condition(syscall, inner, !denies),
            Condition::All(list) | Condition::Any(list) => {
                for one in list {
                    self.condition(syscall, one, denies);
                }
            }
            Condition::Compare { operand, op, value } => match op {
                Comparison::Equal if denies => self.test(syscall, operand, &[value]),
                Comparison::NotEqual if !denies => self.test(syscall, operand, &[value]),
                Comparison::Less | Comparison::LessOrEqual if denies => {
                    self.test(syscall, operand, &[]);
                }
                Comparison::Greater | Comparison::GreaterOrEqual if !denies => {
                    self.test(syscall, operand, &[]);
                }
                _ => {}
            },
            Condition::In { operand, list } if denies => {
                let values: Vec<&Expression> = list.iter().collect();
                self.test(syscall, operand, &values);
            }
            Condition::Range { operand, .. } if denies => self.test(syscall, operand, &[]),
            Condition::In { .. } | Condition::Range { .. } => {}
        }
    }

    fn test(&mut self, syscall: &'static Syscall, operand: &Operand, values: &[&Expression]) {
        let name = &operand.name.text;
        let carrier = carrier(syscall, name);
        let (Some(mask), Some(field)) = (&operand.mask, carrier.and_then(|one| one.beside)) else {
            return;
        };
        let figures = field.trim_start_matches("0x");
        let Ok(bits) = u32::from_str_radix(figures, 16) else {
            return;
        };
        let message = format!(
            "`{name}` of `{}` carries flags, and this mask has some of them: with one more it is another value, and gets past this; write `{name} & {field}`{}",
            syscall.name,
            Lint::FlagEquality.hint()
        );
        let test = MaskTest {
            mask: mask.clone(),
            values: values.iter().map(|value| (*value).clone()).collect(),
            field: bits,
            flags: flags(syscall, bits, self.table),
            span: mask.span,
            message,
        };
        self.tests.push((test, self.rule));
    }
}

#[cfg(test)]
mod tests {
    use crate::arch::Arch;
    use crate::include::NoFiles;
    use crate::lex::lex;
    use crate::{Build, Place, analyse, compile};

    /// What is told of a policy, and how many masks are left to rustc.
    fn told(rule: &str, arch: &str) -> (Vec<String>, usize) {
        let text = format!("{rule}, default = log, errno(ENOSYS: io_uring_setup, io_uring_enter)");
        let tokens = lex(&text, 0).unwrap().tokens;
        let arch = Arch::from_name(arch).unwrap();
        let analysis = analyse(&tokens, Place::Value, &mut NoFiles);
        let mut told = analysis.diagnostics;
        let program = compile(&tokens, arch, Build { debug: false }, &mut NoFiles);
        let left = program.as_ref().map_or(0, |program| program.masks.len());
        told.extend(program.err().unwrap_or_default());
        (told.into_iter().map(|d| d.message).collect(), left)
    }

    #[test]
    fn a_mask_with_flags_is_told() {
        for (rule, arch) in [
            ("errno(EPERM: socket(type & 0xffff == 2))", "x86_64"),
            ("errno(EPERM: socket(arg1 & 0xffff == 2))", "x86_64"),
            ("errno(EPERM: socket(type & 0xff == 2))", "mips"),
            ("errno(EPERM: socket(type & 0xffff in [1, 2]))", "x86_64"),
            (
                "errno(EPERM: socket(type & 0xffff in [2, 0x802, 3]))",
                "x86_64",
            ),
            ("errno(EPERM: socket(type & 0xffff < 3))", "x86_64"),
            ("errno(EPERM: socket(type & 0xffff in 1..=3))", "x86_64"),
            ("errno(EPERM: socket(!(type & 0xffff != 2)))", "x86_64"),
            ("kill_process(futex(op & 0x8000_007f == 3))", "aarch64"),
            (
                "errno(EPERM: personality(personality & 0x1ff == 8))",
                "x86_64",
            ),
        ] {
            let (told, _) = told(rule, arch);
            assert!(
                told.iter()
                    .any(|t| t.contains("this mask has some of them")),
                "{rule}: {told:?}"
            );
        }
        for (rule, arch) in [
            ("errno(EPERM: socket(type & 0xf == 2))", "x86_64"),
            // What isn't a flag there is refused by the kernel.
            ("errno(EPERM: socket(type & 0xff == 2))", "x86_64"),
            ("errno(EPERM: socket(type & 0x80000 == 0))", "x86_64"),
            ("errno(EPERM: socket(type & 0x8000f == 0x80002))", "x86_64"),
            (
                "errno(EPERM: socket(type & 0xffff in [2, 0x802]))",
                "x86_64",
            ),
            ("errno(EPERM: socket(type & 0xffff > 3))", "x86_64"),
            (
                "errno(EPERM: socket(type & 0xffff == 2)), waive(flag_equality: \"a test\")",
                "x86_64",
            ),
        ] {
            assert_eq!(told(rule, arch), (Vec::new(), 0), "{rule}");
        }
    }

    #[test]
    fn what_is_no_figure_is_left_to_rustc_unless_waived() {
        let rule = "errno(EPERM: socket(type & MASK == SOCK_DGRAM))";
        assert_eq!(told(rule, "x86_64"), (Vec::new(), 1));
        let waived = format!("{rule}, waive(flag_equality: \"a test\")");
        assert_eq!(told(&waived, "x86_64"), (Vec::new(), 0));
    }
}
