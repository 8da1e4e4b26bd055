//! Policies at random.

use seccomptime_compiler::arch::{ARCHES, Arch};
use seccomptime_compiler::data::{self, SETS, SYSCALLS, Syscall, Table};

use super::condition::{Tree, condition};
use super::{Choices, Machine};

/// Calls of all kinds of arguments, and those that are another call, or in another place, on some arch.
const FEW: [&str; 34] = [
    "read",
    "openat",
    "openat2",
    "clone",
    "clone3",
    "mmap",
    "mmap2",
    "socket",
    "ioctl",
    "fcntl",
    "prctl",
    "kill",
    "pread64",
    "fallocate",
    "ftruncate",
    "ftruncate64",
    "lseek",
    "_llseek",
    "sync_file_range",
    "sync_file_range2",
    "fadvise64",
    "fadvise64_64",
    "chmod",
    "fanotify_mark",
    "mq_notify",
    "preadv",
    "personality",
    "ptrace",
    "readahead",
    "truncate64",
    "memfd_secret",
    "mprotect",
    "getpid",
    "exit_group",
];

/// What a policy is written with: one value a verb, so that no call is answered in two ways.
const VERBS: [&str; 8] = [
    "allow(",
    "log(",
    "errno(13: ",
    "trap(5: ",
    "kill_process(",
    "kill_thread(",
    "trace(7: ",
    "notify(",
];
/// Where `notify` stands in that list.
const NOTIFY: usize = 7;
const ACTIONS: [&str; 9] = [
    "kill_process",
    "log",
    "allow",
    "errno(1)",
    "errno(38)",
    "trap",
    "trap(9)",
    "kill_thread",
    "trace(3)",
];
const BASELINES: [&str; 6] = ["7.3", "6.12", "6.1", "5.14", "5.3", "4.14"];

/// The text of a policy, and its conditions in the order of writing.
pub fn policy(
    choices: &mut Choices<'_>,
    arch: &'static Arch,
    machine: Machine,
) -> (String, Vec<Tree>) {
    let mut writer = Writer {
        many: choices.once_in(6),
        conditions: Vec::new(),
        baseline: BASELINES[0],
        arch,
        machine,
    };
    let mut entries = writer.settings(choices);
    let count = 1 + choices.below(if writer.many { 12 } else { 5 });
    for index in 0..count {
        // What would follow is one rule again and again.
        if index > 0 && choices.is_over() {
            break;
        }
        let actions = writer.actions(choices);
        entries.push(if choices.once_in(6) {
            let mut tables = vec![arch.table];
            if choices.once_in(3) {
                tables = vec![choices.one(ARCHES_TABLES)];
            }
            let other = choices.one(ARCHES_TABLES);
            if !tables.contains(&other) {
                tables.push(other);
            }
            let names: Vec<&str> = tables.iter().map(|table| table.name()).collect();
            format!("arch({}: {actions})", names.join(", "))
        } else {
            actions
        });
    }
    if !choices.is_over() && choices.once_in(3) {
        let count = 1 + choices.below(4);
        let hot: Vec<String> = (0..count).map(|_| writer.hot(choices)).collect();
        entries.push(format!("hot({})", hot.join(", ")));
    }
    (entries.join(", "), writer.conditions)
}

const ARCHES_TABLES: &[Table] = &Table::ALL;

/// One of the arches.
pub fn arch(choices: &mut Choices<'_>) -> &'static Arch {
    &ARCHES[choices.below(ARCHES.len())]
}

struct Writer {
    many: bool,
    conditions: Vec<Tree>,
    baseline: &'static str,
    arch: &'static Arch,
    machine: Machine,
}

impl Writer {
    fn settings(&mut self, choices: &mut Choices<'_>) -> Vec<String> {
        let mut entries = Vec::new();
        for setting in ["default", "debug_default", "foreign", "unknown"] {
            // A default is said more often than not.
            if setting == "default" && !choices.once_in(4) || choices.once_in(4) {
                entries.push(format!("{setting} = {}", choices.one(&ACTIONS)));
            }
        }
        if choices.once_in(5) {
            self.baseline = choices.one(&BASELINES);
            entries.push(format!("baseline = \"{}\"", self.baseline));
        }
        if choices.once_in(2) {
            entries.push(format!("optimize = {}", choices.one(&["speed", "size"])));
        }
        entries
    }

    fn actions(&mut self, choices: &mut Choices<'_>) -> String {
        let verbs = match self.machine {
            Machine::Kernel => &VERBS[..],
            Machine::Plain => &VERBS[..NOTIFY],
        };
        let verb = choices.one(verbs);
        let count = 1 + choices.below(if self.many { 30 } else { 4 });
        let mut rules = vec![self.rule(choices)];
        while rules.len() < count && !choices.is_over() {
            rules.push(self.rule(choices));
        }
        format!("{verb}{})", rules.join(", "))
    }

    fn rule(&mut self, choices: &mut Choices<'_>) -> String {
        let kind = choices.below(16);
        if kind == 15 {
            return self.set(choices);
        }
        if kind == 14 {
            let number = choices.one(&[0, 1, 38, 399, 512, 520, 547, 548, 4000, 5063, 0x3fff_ffff]);
            return format!("syscall({number})");
        }
        let call = self.call(choices);
        let conditioned = kind < 9;
        if conditioned {
            let depth = choices.below(4);
            // What the call is called on this arch knows what its arguments are.
            let own = match call.nr_on(self.arch.table) {
                Some(_) => None,
                None => data::alias(self.arch.table, call.name).and_then(data::syscall),
            };
            let target = (self.arch, self.machine);
            if let Some(tree) = condition(choices, target, own.unwrap_or(call), depth) {
                let text = tree.text(choices.once_in(2));
                self.conditions.push(tree);
                return format!("{}({text})", call.name);
            }
        }
        call.name.to_owned()
    }

    /// A call that the baseline knows.
    fn call(&self, choices: &mut Choices<'_>) -> &'static Syscall {
        let known = |call: &Syscall| {
            let since = format!("{}", call.since);
            version(&since) <= version(self.baseline) && call.name != "syscall"
        };
        let call = if self.many && !choices.once_in(4) {
            &SYSCALLS[choices.below(SYSCALLS.len())]
        } else {
            let few = data::syscall(choices.one(&FEW));
            few.expect("the names are known")
        };
        if known(call) {
            call
        } else {
            data::syscall("read").expect("it is known")
        }
    }

    /// What is made most.
    fn hot(&self, choices: &mut Choices<'_>) -> String {
        match choices.once_in(4) {
            true => self.set(choices),
            false => self.call(choices).name.to_owned(),
        }
    }

    fn set(&self, choices: &mut Choices<'_>) -> String {
        let set = &SETS[choices.below(SETS.len())];
        let members = set.expand();
        let mut text = format!("@{}", set.name);
        if choices.once_in(2) && members.len() > 1 {
            text += &format!(" - {}", choices.one(&members));
        }
        text
    }
}

fn version(text: &str) -> (u32, u32) {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    let number = |text: &str| text.parse().unwrap_or_default();
    (number(major), number(minor))
}
