//! Arguments by their places: what the kernel ignores, and what is another argument on this arch than on most.

use crate::argument::place;
use crate::data::{self, Class, Syscall, Table};
use crate::lint::Lint;
use crate::policy::{Condition, Operand, Target};

use super::Checker;

impl<'p> Checker<'_, 'p> {
    /// What a table has at the places that conditions look at.
    pub(super) fn places(&mut self, table: Table) {
        for (rule, pattern) in self.policy.patterns_on(table) {
            let (Target::Name(name), Some(condition)) = (&pattern.target, &pattern.condition)
            else {
                continue;
            };
            let syscall = data::syscall(&name.text).filter(|s| s.nr_on(table).is_some());
            let Some(syscall) = syscall else {
                continue;
            };
            // What is for some arches is written with their places in mind.
            let everywhere = rule.is_none_or(|rule| rule.tables.is_none());
            let mut operands = Vec::new();
            looked_at(condition, &mut operands);
            for operand in operands {
                if let Some(what) = wrong(syscall, operand, table, everywhere) {
                    let span = operand.name.span;
                    self.lint_pattern(Lint::ArgumentPlace, Some(pattern), span, &what);
                }
            }
        }
    }
}

/// The arguments that a condition looks at.
fn looked_at<'c>(condition: &'c Condition, operands: &mut Vec<&'c Operand>) {
    match condition {
        Condition::Not(inner) => looked_at(inner, operands),
        Condition::All(list) | Condition::Any(list) => {
            list.iter().for_each(|one| looked_at(one, operands));
        }
        Condition::Compare { operand, .. }
        | Condition::In { operand, .. }
        | Condition::Range { operand, .. } => operands.push(operand),
    }
}

/// What is wrong with an argument's place.
fn wrong(syscall: &Syscall, operand: &Operand, table: Table, everywhere: bool) -> Option<String> {
    let (call, name) = (syscall.name, &operand.name.text);
    let slots = syscall.args_on(table);
    if slots.iter().any(|arg| arg.name == name) {
        return None;
    }
    let at = place(name)?;
    let Some(slot) = slots.get(at).filter(|slot| slot.class != Class::Pad) else {
        return Some(format!(
            "the kernel ignores `{name}` of `{call}` on {}: a caller sets it as it likes; places are counted from `arg0`",
            table.name()
        ));
    };
    let most = syscall.args.get(at)?;
    (everywhere && most.name != slot.name).then(|| {
        format!(
            "`{name}` of `{call}` is `{}` on {} and `{}` elsewhere: write the argument's name",
            slot.name,
            table.name(),
            most.name
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::check::told;

    fn told(text: &str, arch: &str) -> Vec<String> {
        told::told(&format!("allow(exit_group), {text}"), arch)
    }

    #[test]
    fn a_place_holds_what_it_seems_to() {
        for (text, arch, want) in [
            (
                "allow(dup3(arg3 == 7))",
                "x86_64",
                "the kernel ignores `arg3` of `dup3` on x86_64: ",
            ),
            (
                "allow(getuid(arg0 == 7))",
                "aarch64",
                "the kernel ignores `arg0` of `getuid`",
            ),
            (
                "allow(exit(!(arg1 != 7)))",
                "aarch64",
                "the kernel ignores `arg1` of `exit`",
            ),
            (
                "allow(ftruncate64(arg1 == 0))",
                "arm",
                "the kernel ignores `arg1` of `ftruncate64` on arm",
            ),
            (
                "allow(clone(arg0 & CLONE_NEWUSER == 0))",
                "s390x",
                "`arg0` of `clone` is `newsp` on s390x and `clone_flags` elsewhere",
            ),
            (
                "allow(pread64(arg3 < 4096))",
                "i686",
                "`arg3` of `pread64` is `poslo` on i686 and `pos` elsewhere",
            ),
        ] {
            let told = told(text, arch);
            assert!(
                told.len() == 1 && told[0].starts_with(want),
                "{text}: {told:?}"
            );
        }
        for (text, arch) in [
            ("allow(dup3(arg2 == 0))", "x86_64"),
            (
                "allow(dup3(arg3 == 7)), waive(argument_place in dup3(arg3 == 7): \"a mark\")",
                "x86_64",
            ),
            ("allow(prctl(option == 1, arg5 == 0))", "x86_64"),
            ("allow(clone(arg0 & CLONE_NEWUSER == 0))", "x86_64"),
            (
                "arch(s390x: allow(clone(arg1 & CLONE_NEWUSER == 0)))",
                "s390x",
            ),
        ] {
            assert_eq!(told(text, arch), Vec::<String>::new(), "{text} {arch}");
        }
    }
}
