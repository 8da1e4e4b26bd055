//! Calls that are made through another one under a condition on which: `socketcall` and `ipc`.

use crate::data::{self, Table};
use crate::lint::{Lint, Waivers};
use crate::policy::{Pattern, Policy};
use crate::resolve::{Call, Names};
use crate::select::{Defaults, rules_on};

use super::Checker;
use super::forbid::Doubt;
use super::single::{pattern, ways};
use super::verdict::{Verdict, Verdicts};

/// `SYS_…`, include/uapi/linux/net.h, counted from 1.
const SOCKETCALL: [&str; 20] = [
    "socket",
    "bind",
    "connect",
    "listen",
    "accept",
    "getsockname",
    "getpeername",
    "socketpair",
    "send",
    "recv",
    "sendto",
    "recvfrom",
    "shutdown",
    "setsockopt",
    "getsockopt",
    "sendmsg",
    "recvmsg",
    "accept4",
    "recvmmsg",
    "sendmmsg",
];

/// include/uapi/linux/ipc.h.
const IPC: [(&str, u32); 12] = [
    ("semop", 1),
    ("semget", 2),
    ("semctl", 3),
    ("semtimedop", 4),
    ("msgsnd", 11),
    ("msgrcv", 12),
    ("msgget", 13),
    ("msgctl", 14),
    ("shmat", 21),
    ("shmdt", 22),
    ("shmget", 23),
    ("shmctl", 24),
];

/// What is made through which call, and under which number.
fn multiplexed() -> impl Iterator<Item = (&'static str, &'static str, u32)> {
    let sockets = (1..).zip(SOCKETCALL);
    let sockets = sockets.map(|(number, name)| (name, "socketcall", number));
    sockets.chain(IPC.map(|(name, number)| (name, "ipc", number)))
}

impl<'p> Checker<'_, 'p> {
    /// A waiver has its effect when rustc knows.
    pub(super) fn multiplexed(
        &mut self,
        defaults: &Defaults,
        verdicts: &Verdicts<'_>,
        table: Table,
    ) {
        for (pattern, _) in all(self.names, verdicts, defaults, table) {
            self.waivers.lifts(Lint::Equivalent, Some(pattern));
        }
    }
}

/// What rustc must be asked about calls that are restricted, and made through one that is open for some of what it does.
pub(super) fn doubts(
    policy: &Policy,
    names: &Names<'_>,
    verdicts: &Verdicts<'_>,
    defaults: &Defaults,
    table: Table,
) -> Vec<Doubt> {
    let mut waivers = Waivers::new(&policy.settings.waivers);
    let mut doubts = all(names, verdicts, defaults, table);
    doubts.retain(|(pattern, _)| !waivers.lifts(Lint::Equivalent, Some(pattern)));
    doubts.into_iter().map(|(_, doubt)| doubt).collect()
}

/// All of them, and the patterns that they are about.
fn all<'p>(
    names: &Names<'p>,
    verdicts: &Verdicts<'_>,
    defaults: &Defaults,
    table: Table,
) -> Vec<(&'p Pattern, Doubt)> {
    let mut doubts = Vec::new();
    for (name, through, number) in multiplexed() {
        let asked = |v: &Verdict<'_>| v.may_pass() && !v.is_open();
        let verdict = verdicts.named(through, table, defaults).filter(asked);
        let own = verdicts.named(name, table, defaults);
        let calls = (data::syscall(name), data::syscall(through));
        let (Some(verdict), Some(own), (Some(call), Some(syscall))) = (verdict, own, calls) else {
            continue;
        };
        let is_it = |other: &Call| other.number_on(table) == call.nr_on(table);
        let rules = rules_on(names, table).filter(|rule| rule.calls.iter().any(is_it));
        let rules = rules.map(|rule| rule.written).filter(|rule| {
            let conditioned = rule.pattern.condition.is_some() && own.depends();
            conditioned || !rule.action.verb.permits()
        });
        let rules = rules.map(|rule| (&rule.pattern, "restricted"));
        let forbids = names.forbids.iter();
        let forbids = forbids.filter(|forbid| forbid.calls.iter().any(is_it));
        let forbids = forbids.map(|forbid| (forbid.written, "forbidden"));
        let Some((of, what)) = rules.chain(forbids).next() else {
            continue;
        };
        let made = pattern(through, "call", number, of.span);
        doubts.extend(ways(&made, &verdict).into_iter().map(|(condition, by)| {
            let text = &made.text;
            let instead = format!(
                "lets `{text}` through, which does the same: leave that out{}",
                Lint::Equivalent.hint()
            );
            let doubt = Doubt {
                call: Call::Named(syscall),
                condition,
                ever: format!("`{name}` is {what} here, and {by} {instead}"),
                unclear: format!("`{name}` is {what} here, and {by} perhaps {instead}"),
                span: of.span,
            };
            (of, doubt)
        }));
    }
    doubts
}

#[cfg(test)]
mod tests {
    use crate::arch::Arch;
    use crate::include::NoFiles;
    use crate::lex::lex;
    use crate::{Build, Place, analyse, compile};

    /// How many questions are left to rustc.
    fn asked(text: &str, arch: &str) -> usize {
        let text = format!("allow(exit_group), {text}");
        let tokens = lex(&text, 0).unwrap().tokens;
        let told = analyse(&tokens, Place::Value, &mut NoFiles).diagnostics;
        assert!(told.is_empty(), "{text}: {told:?}");
        let arch = Arch::from_name(arch).unwrap();
        let program = compile(&tokens, arch, Build { debug: false }, &mut NoFiles);
        program.unwrap().questions.len()
    }

    #[test]
    fn what_is_made_through_another_call_is_asked_about() {
        for (text, arch, want) in [
            ("allow(socketcall(call == 1)), forbid(socket)", "i686", 1),
            (
                "allow(socketcall(call in 1..=3), connect(fd == 3))",
                "s390x",
                1,
            ),
            (
                "allow(ipc(call & 0xffff != SEMOP)), errno(EPERM: shmat)",
                "i686",
                1,
            ),
            ("allow(socketcall(call == 1)), forbid(socket)", "x86_64", 0),
            ("allow(socketcall(call == 1)), forbid(execve)", "i686", 0),
            (
                "allow(socketcall(call == 1)), forbid(socket), waive(equivalent in socket: \"a test\")",
                "i686",
                0,
            ),
        ] {
            assert_eq!(asked(text, arch), want, "{text} {arch}");
        }
    }
}
