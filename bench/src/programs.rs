//! How long the programs are, and how many of their instructions run.

use libc::sock_filter;
use seccomptime::Policy;

use crate::child::captured;
use crate::machine::{Executed, Machine};
use crate::peers::Peer;
use crate::policies::{POLICIES, Rules, Source};
use crate::table::Table;

const ABOUT: &str = "Counted in the program as it is handed to the kernel; run in the compiler's simulator. Allowed: over the \
calls that the policy allows by number alone. Denied: over the other numbers of 0…600. By argument: each call with a condition, \
with each value that passes, and with some that don't. Wrong: how many of all these calls the program decides otherwise than \
the policy says. i386, x32: what becomes of calls made through these. The \
peers are as they come; in ours `foreign` is the default, in one row `kill_process`, which it is where a policy says nothing.";

/// Measured earlier in the same way, and not to be had by a program: the policy, instructions, and of the instructions executed mean and
/// max over allowed calls, mean over denied ones, mean and max by argument.
pub struct Published {
    pub policy: &'static str,
    pub name: &'static str,
    pub length: usize,
    pub allowed: Option<(f64, usize)>,
    pub denied: Option<f64>,
    pub by_argument: Option<(f64, usize)>,
}

pub const BOUND: &str = "lower bound †";
const MINIJAIL: &str = "minijail bst †";

const fn bound(policy: &'static str, length: usize) -> Published {
    Published {
        policy,
        name: BOUND,
        length,
        allowed: None,
        denied: None,
        by_argument: None,
    }
}

const fn minijail(
    policy: &'static str,
    length: usize,
    allowed: (f64, usize),
    denied: f64,
) -> Published {
    Published {
        policy,
        name: MINIJAIL,
        length,
        allowed: Some(allowed),
        denied: Some(denied),
        by_argument: None,
    }
}

pub const PUBLISHED: [Published; 8] = [
    bound("a", 6),
    minijail("a", 7, (5.0, 5), 5.0),
    bound("b", 42),
    minijail("b", 49, (8.6, 11), 11.0),
    bound("c", 48),
    minijail("c", 62, (8.9, 14), 12.0),
    bound("d", 68),
    Published {
        policy: "d",
        name: MINIJAIL,
        length: 134,
        allowed: None,
        denied: None,
        by_argument: Some((14.5, 30)),
    },
];
const DAGGER: &str = "† Not of this run: the bound is 3 instructions for the audit arch and the number, one for each action, one \
for each boundary between numbers of different actions that no `jeq` carves out with its neighbour, and the argument checks; \
minijail was measured on other days.";

const COLUMNS: [&str; 8] = [
    "policy",
    "program",
    "instructions",
    "allowed: min / mean / max",
    "denied: min / mean / max",
    "by argument: min / mean / max",
    "i386, x32",
    "wrong",
];

/// The numbers that denied calls are taken from.
const NUMBERS: std::ops::RangeInclusive<u32> = 0..=600;

/// What was found out of one program.
pub struct Measured {
    pub length: usize,
    pub allowed: Executed,
    pub denied: Executed,
    pub by_argument: Executed,
    foreign: String,
}

/// A program of a policy, or why there is none.
pub struct Program {
    pub policy: &'static str,
    pub name: String,
    pub outcome: Result<Measured, String>,
}

/// All programs of all policies.
pub fn measure(peers: &[Box<dyn Peer>]) -> Vec<Program> {
    let mut programs = Vec::new();
    for source in &POLICIES {
        let rules = source.rules();
        let mut add = |name: String, program: Result<Vec<sock_filter>, String>| {
            programs.push(Program {
                policy: source.name,
                name,
                outcome: program.map(|program| measured(&program, &rules)),
            });
        };
        for (mode, policy) in ours_of(source) {
            add(format!("seccomptime, {mode}"), Ok(ours(policy)));
        }
        for peer in peers {
            add(peer.name().to_owned(), captured(|| peer.install(&rules)));
        }
    }
    programs
}

fn ours_of(source: &Source) -> [(&'static str, &Policy); 3] {
    [
        ("optimize = size", &source.size),
        ("optimize = speed", &source.speed),
        ("foreign = kill_process", &source.kill),
    ]
}

pub fn table(programs: &[Program]) -> Table {
    let mut table = Table::new("Instructions", ABOUT, &COLUMNS);
    for source in &POLICIES {
        let of_it = programs.iter().filter(|p| p.policy == source.name);
        table.rows.extend(of_it.map(row));
        let published = PUBLISHED.iter().filter(|p| p.policy == source.name);
        table.rows.extend(published.map(published_row));
    }
    table.notes.push(DAGGER.to_owned());
    table
}

fn row(program: &Program) -> Vec<String> {
    let mut row = vec![program.policy.to_owned(), program.name.clone()];
    match &program.outcome {
        Err(why) => row.push(format!("refused: {why}")),
        Ok(measured) => {
            let kinds = [&measured.allowed, &measured.denied, &measured.by_argument];
            row.push(measured.length.to_string());
            row.extend(kinds.map(Executed::cell));
            row.push(measured.foreign.clone());
            row.push(
                kinds
                    .iter()
                    .map(|kind| kind.wrong)
                    .sum::<usize>()
                    .to_string(),
            );
        }
    }
    row.resize(COLUMNS.len(), String::new());
    row
}

fn published_row(published: &Published) -> Vec<String> {
    let mean_and_max = |pair: Option<(f64, usize)>| match pair {
        Some((mean, max)) => format!("– / {mean:.1} / {max}"),
        None => String::new(),
    };
    let denied = published.denied.map(|mean| format!("– / {mean:.1} / –"));
    vec![
        published.policy.to_owned(),
        published.name.to_owned(),
        published.length.to_string(),
        mean_and_max(published.allowed),
        denied.unwrap_or_default(),
        mean_and_max(published.by_argument),
        String::new(),
        String::new(),
    ]
}

/// The instructions of a policy, in the kernel's own struct.
pub fn ours(policy: &Policy) -> Vec<sock_filter> {
    let instructions = policy.instructions().iter();
    instructions
        .map(|instruction| sock_filter {
            code: instruction.code,
            jt: instruction.jt,
            jf: instruction.jf,
            k: instruction.k,
        })
        .collect()
}

fn measured(program: &[sock_filter], rules: &Rules) -> Measured {
    let machine = Machine::new(program);
    let mut allowed = Executed::default();
    for &number in &rules.numbers {
        allowed.add(machine.run(number, [0; 6]), true);
    }
    let by_number = |number: &u32| {
        !rules.numbers.contains(number) && !rules.conditions.iter().any(|c| c.number == *number)
    };
    let mut denied = Executed::default();
    for number in NUMBERS.filter(by_number) {
        denied.add(machine.run(number, [0; 6]), false);
    }
    let mut by_argument = Executed::default();
    for condition in &rules.conditions {
        let passing = condition.test.passing().into_iter().map(|v| (v, true));
        let failing = condition.test.failing().into_iter().map(|v| (v, false));
        for (value, passes) in passing.chain(failing) {
            let mut arguments = [0; 6];
            arguments[usize::from(condition.argument)] = value;
            by_argument.add(machine.run(condition.number, arguments), passes);
        }
    }
    Measured {
        length: program.len(),
        allowed,
        denied,
        by_argument,
        foreign: machine.foreign().join(", "),
    }
}
