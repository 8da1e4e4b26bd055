//! Arguments that carry flags, compared as a whole where that denies or by order: with a flag more they are another value.

use crate::argument::place;
use crate::data::{CARRIERS, Carrier, Syscall, Table};
use crate::lint::Lint;
use crate::policy::{Expression, Operand, Rule};

use super::Checker;

impl<'p> Checker<'_, 'p> {
    /// Equality where it denies, or an order, on an argument that carries flags: one flag more is another value, and a greater one.
    pub(super) fn flags(
        &mut self,
        syscall: &'static Syscall,
        operand: &'p Operand,
        value: &'p Expression,
        order: Option<&str>,
        rule: Option<&'p Rule>,
    ) {
        if operand.mask.is_some() {
            return;
        }
        let Some(carrier) = carrier(syscall, &operand.name.text) else {
            return;
        };
        let zero = value.integer() == Some(0);
        let (name, value) = (&operand.name.text, &value.text);
        let bits = match value.contains(['|', '^']) {
            true => format!("({value})"),
            false => value.clone(),
        };
        let by_number = |mask| match order {
            Some(order) => format!("`{name} & {mask} {order}`"),
            None => format!("`{name} & {mask} == {value}`"),
        };
        // What is all flags is asked for bit by bit.
        let by_flag = match order {
            // No flag at all has no bit to ask for.
            None if zero => format!("`{name} & FLAGS == 0` with the flags that matter"),
            None => format!("`{name} & {bits} == {value}`"),
            Some(_) => format!("a test for each flag, such as `{name} & {bits} == {value}`"),
        };
        let instead = match (carrier.beside, carrier.among) {
            (Some(mask), _) => by_number(mask),
            (None, Some(mask)) => {
                format!(
                    "{by_flag}, or {} for the number among them",
                    by_number(mask)
                )
            }
            (None, None) => by_flag,
        };
        let message = format!(
            "`{name}` of `{}` carries flags: with one more it is another value, and gets past this; write {instead}",
            syscall.name
        );
        self.lint(Lint::FlagEquality, rule, operand.name.span, &message);
    }
}

/// What is known of the argument if it carries flags, by the kernel's name or by its place.
pub(super) fn carrier(syscall: &Syscall, name: &str) -> Option<&'static Carrier> {
    let by_name = |name: &str| {
        let at =
            CARRIERS.binary_search_by(|one| (one.syscall, one.argument).cmp(&(syscall.name, name)));
        at.ok().map(|at| &CARRIERS[at])
    };
    let on = Table::ALL
        .into_iter()
        .filter(|t| syscall.nr_on(*t).is_some());
    let by_place = |table| {
        let args = syscall.args_on(table);
        // The kernel's name comes first.
        let own = args.iter().any(|arg| arg.name == name);
        let slot = place(name).filter(|_| !own)?;
        by_name(args.get(slot)?.name)
    };
    by_name(name).or_else(|| on.into_iter().find_map(by_place))
}

#[cfg(test)]
mod tests {
    use crate::check::told::{of_condition as told, tells};

    #[test]
    fn an_order_is_passed_by_with_a_flag_too() {
        for (policy, want) in [
            (
                "errno(EPERM: socket(type in 1..=2))",
                "write `type & 0xf in 1..=2`",
            ),
            ("errno(EPERM: socket(type < 3))", "write `type & 0xf < 3`"),
            ("allow(socket(type > 2))", "write `type & 0xf > 2`"),
            ("allow(socket(!(type <= 2)))", "write `type & 0xf <= 2`"),
            (
                "errno(EPERM: mprotect(prot <= 4))",
                "write a test for each flag, such as `prot & 4 == 4`",
            ),
        ] {
            tells(policy, want);
        }
        for policy in [
            "allow(socket(type in 1..=2))",
            "allow(socket(type < 3))",
            "errno(EPERM: socket(type > 5))",
        ] {
            assert_eq!(told(policy), Vec::<String>::new(), "{policy}");
        }
    }

    /// A number that flags stand beside, and flags that aren't called so.
    #[test]
    fn what_else_carries_flags_is_told() {
        for (call, want) in [
            (
                "bpf(cmd == BPF_PROG_LOAD)",
                "`cmd & 0xfffeffff == BPF_PROG_LOAD`",
            ),
            (
                "openat(flags == O_WRONLY)",
                "`flags & O_WRONLY == O_WRONLY`, or `flags & 0x3 == O_WRONLY` for the number among them",
            ),
            (
                "clone(clone_flags < 256)",
                "such as `clone_flags & 256 == 256`, or `clone_flags & 0xff < 256` for the number among them",
            ),
            (
                "umask(mask == 0)",
                "write `mask & FLAGS == 0` with the flags that matter; if",
            ),
            ("fallocate(mode == 2)", "write `mode & 0xfffffffe == 2`"),
            ("chmod(mode == 0o4755)", "`mode & 0o4755 == 0o4755`"),
            (
                "inotify_add_watch(mask == IN_OPEN)",
                "`mask & IN_OPEN == IN_OPEN`",
            ),
            (
                "io_uring_register(opcode == 8)",
                "`opcode & 0x7fffffff == 8`",
            ),
            ("ioprio_set(ioprio == RT)", "`ioprio & 0xe007 == RT`"),
            ("ipc(call == 21)", "`call & 0xffff == 21`"),
            ("mbind(mode == 2)", "`mode & 0xffff1fff == 2`"),
            ("mknodat(mode == S_IFBLK)", "`mode & 0xf000 == S_IFBLK`"),
            (
                "sched_setscheduler(policy == SCHED_FIFO)",
                "`policy & 0xbfffffff == SCHED_FIFO`",
            ),
            (
                "waitpid(options == WNOHANG)",
                "`options & WNOHANG == WNOHANG`",
            ),
        ] {
            let told = told(&format!("kill_process({call})"));
            assert!(
                told.iter()
                    .any(|text| text.contains("carries flags") && text.contains(want)),
                "{call}: {told:?}"
            );
        }
    }
}
