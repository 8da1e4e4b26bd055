//! What is wrong on every arch, and what on some alone.
//!
//! The first is told while the policy is read, so that all mistakes come out together. The rest is told to whoever builds for such an arch.

use crate::data::Table;
use crate::diagnostic::Diagnostic;

use super::Checker;

/// Reports what is wrong on a table.
type Find<'f, C> = dyn Fn(&mut C, Table) + 'f;

impl Checker<'_, '_> {
    /// What is found on a table, which isn't told yet.
    fn found(&mut self, table: Table, find: &Find<'_, Self>) -> Vec<Diagnostic> {
        let told = core::mem::take(self.report);
        find(self, table);
        core::mem::replace(self.report, told).into_diagnostics()
    }

    /// Tells what is found on every table.
    pub(super) fn common(&mut self, find: &Find<'_, Self>) {
        let mut common = self.found(Table::ALL[0], find);
        for table in &Table::ALL[1..] {
            // A waiver has its effect wherever there is something to lift.
            if common.is_empty() && self.policy.settings.waivers.is_empty() {
                return;
            }
            let found = self.found(*table, find);
            common.retain(|diagnostic| found.contains(diagnostic));
        }
        for diagnostic in common {
            self.report.add(diagnostic);
        }
    }

    /// Tells what is found on a table and isn't on every one: whoever builds for another hears nothing of it.
    pub(super) fn own(&mut self, table: Table, find: &Find<'_, Self>) {
        let mut common = self.found(table, find);
        let mut own = Vec::new();
        for other in Table::ALL {
            if common.is_empty() {
                break;
            }
            let found = self.found(other, find);
            let (here, everywhere) = (common.into_iter()).partition(|d| !found.contains(d));
            common = everywhere;
            let here: Vec<Diagnostic> = here;
            own.extend(here);
        }
        for mut diagnostic in own {
            diagnostic.message = format!("on {}: {}", table.name(), diagnostic.message);
            self.report.add(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Place;
    use crate::check::told::{everywhere, messages, on};

    /// What is told of every arch, and of one.
    fn told(text: &str, arch: &str) -> [Vec<String>; 2] {
        let told = [everywhere(Place::Main, text), on(arch, Place::Main, text)];
        told.map(messages)
    }

    #[test]
    fn another_archs_mistakes_are_not_told() {
        let nothing: [Vec<String>; 2] = Default::default();
        for (text, wrong, want) in [
            (
                "arch(x86_64, aarch64: allow(@rust-main, @rust-panic, @stdio))",
                "riscv64",
                "on riscv64: under this policy the program can't end: `sigaltstack`, ",
            ),
            (
                "allow(@rust-main, @rust-panic), arch(arm, riscv64: allow(ioctl))",
                "riscv64",
                "on riscv64: a plain `ioctl` types into the terminal",
            ),
            (
                "allow(@rust-main, @rust-panic), arch(arm: allow(ptrace))",
                "arm",
                "on arm: `ptrace` is open",
            ),
            (
                "allow(@rust-main, @rust-panic), arch(arm: allow(prctl))",
                "armeb",
                "on arm: a plain `prctl` makes",
            ),
            (
                "allow(@rust-main, @rust-panic - write), arch(x86_64, aarch64: allow(write))",
                "s390x",
                "on s390x: a panic is killed before it has said anything",
            ),
            (
                "allow(@rust-main, @rust-panic), arch(riscv64: trap(getppid), allow(rt_sigaction))",
                "riscv64",
                "on riscv64: the handler of a `trap` can be replaced",
            ),
            (
                "allow(@rust-main, @rust-panic), arch(riscv64: allow(execve)), forbid(execve)",
                "riscv64",
                "on riscv64: `execve` is forbidden, and `allow` of `execve` lets it in",
            ),
        ] {
            let [everywhere, here] = told(text, wrong);
            assert_eq!(everywhere, nothing[0], "{text}");
            assert!(here.iter().any(|m| m.starts_with(want)), "{text}: {here:?}");
            assert_eq!(told(text, "x86_64"), nothing, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_everywhere_is_told_once() {
        for text in [
            "allow(read, gettid, futex, restart_syscall, rt_sigreturn)",
            "allow(@rust-main, @rust-panic, ioctl)",
            "allow(@rust-main)",
            "allow(@rust-main, @rust-panic), forbid(exit_group)",
        ] {
            let [everywhere, here] = told(text, "x86_64");
            assert_eq!((everywhere.len(), here.len()), (1, 0), "{text}");
        }
    }

    #[test]
    fn a_waiver_for_another_arch_has_its_effect() {
        let text = "allow(@rust-main, @rust-panic), arch(arm: allow(ptrace)), waive(ptrace: \"a debugger\")";
        let nothing: [Vec<String>; 2] = Default::default();
        assert_eq!(told(text, "x86_64"), nothing);
        assert_eq!(told(text, "arm"), nothing);
    }
}
