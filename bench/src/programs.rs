//! How long the programs are, and how many of their instructions run.

use libc::sock_filter;
use seccomptime::Policy;
use seccomptime_compiler::Arch;
use seccomptime_compiler::action::Verb;
use seccomptime_compiler::bpf::{Constant, Instruction, RET_K};
use seccomptime_compiler::policy::Action;
use seccomptime_compiler::sim::{self, Call};
use seccomptime_compiler::token::Span;

use crate::child::captured;
use crate::peers::Peer;
use crate::policies::{POLICIES, Rules, Source};
use crate::table::Table;

const ABOUT: &str = "Counted in the program as it is handed to the kernel; run in the compiler's simulator. Allowed: over the \
calls that the policy allows by number alone. Denied: over the other numbers of 0…600. By argument: each call with a condition, \
with each value that passes, and with some that don't. Wrong: how many of all these calls the program decides otherwise than \
the policy says.";

/// Measured earlier in the same way, and not to be had by a program.
const PUBLISHED: [(&str, &str, [&str; 4]); 8] = [
    ("a", "lower bound †", ["6", "", "", ""]),
    ("a", "minijail bst †", ["7", "5.0 (5)", "5.0", ""]),
    ("b", "lower bound †", ["42", "", "", ""]),
    ("b", "minijail bst †", ["49", "8.6 (11)", "11", ""]),
    ("c", "lower bound †", ["48", "", "", ""]),
    ("c", "minijail bst †", ["62", "8.9 (14)", "12", ""]),
    ("d", "lower bound †", ["68", "", "", ""]),
    ("d", "minijail bst †", ["134", "", "", "14.5 (30)"]),
];
const DAGGER: &str = "† Not of this run: the bound is 3 instructions for the audit arch and the number, one for each action, one \
for each boundary between numbers of different actions that no `jeq` carves out with its neighbour, and the argument checks; \
minijail was measured on other days.";

const COLUMNS: [&str; 7] = [
    "policy",
    "program",
    "instructions",
    "allowed: mean (max)",
    "denied: mean",
    "by argument: mean (max)",
    "wrong",
];

/// The numbers that denied calls are taken from.
const NUMBERS: std::ops::RangeInclusive<u32> = 0..=600;

pub fn table(peers: &[Box<dyn Peer>]) -> Table {
    let mut table = Table::new("Instructions", ABOUT, &COLUMNS);
    for source in &POLICIES {
        let rules = source.rules();
        for (mode, policy) in [("size", &source.size), ("speed", &source.speed)] {
            let name = format!("seccomptime, optimize = {mode}");
            table.rows.push(row(source, name, &ours(policy), &rules));
        }
        for peer in peers {
            let name = peer.name().to_owned();
            table.rows.push(match captured(|| peer.install(&rules)) {
                Ok(program) => row(source, name, &program, &rules),
                Err(why) => refusal(source, name, &why),
            });
        }
        for (policy, name, cells) in PUBLISHED {
            if policy == source.name {
                let cells = cells.map(str::to_owned);
                let mut row = vec![policy.to_owned(), name.to_owned()];
                row.extend(cells);
                row.push(String::new());
                table.rows.push(row);
            }
        }
    }
    table.notes.push(DAGGER.to_owned());
    table
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

fn refusal(source: &Source, name: String, why: &str) -> Vec<String> {
    let mut row = vec![source.name.to_owned(), name, format!("refused: {why}")];
    row.resize(COLUMNS.len(), String::new());
    row
}

fn row(source: &Source, name: String, program: &[sock_filter], rules: &Rules) -> Vec<String> {
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
    let wrong = allowed.wrong + denied.wrong + by_argument.wrong;
    vec![
        source.name.to_owned(),
        name,
        program.len().to_string(),
        allowed.mean_and_max(),
        denied.mean(),
        by_argument.mean_and_max(),
        wrong.to_string(),
    ]
}

/// A program in the simulator's terms.
struct Machine {
    program: Vec<Instruction>,
    arch: &'static Arch,
}

impl Machine {
    fn new(program: &[sock_filter]) -> Machine {
        let instruction = |raw: &sock_filter| match raw.code {
            RET_K => Instruction::ret(&action(raw.k)),
            code => Instruction {
                code,
                jt: raw.jt,
                jf: raw.jf,
                k: Constant::Known(raw.k),
            },
        };
        Machine {
            program: program.iter().map(instruction).collect(),
            arch: Arch::from_name("x86_64").expect("an arch of the compiler"),
        }
    }

    /// Whether the call is allowed, and the number of instructions that it takes to find out.
    fn run(&self, nr: u32, args: [u64; 6]) -> (bool, usize) {
        let call = Call {
            nr,
            arch: self.arch.audit,
            args,
            ..Call::default()
        };
        let run = sim::run(&self.program, &call, self.arch.big_endian);
        let run = run.expect("a program of instructions that the simulator knows");
        (run.action.verb == Verb::Allow, run.executed)
    }
}

/// The action of a return value; its data isn't looked at here.
fn action(value: u32) -> Action {
    const ACTION: u32 = 0xffff_0000;
    let mut verbs = Verb::ALL.into_iter();
    Action {
        verb: verbs
            .find(|verb| verb.code() == value & ACTION)
            .expect("an action of the kernel"),
        value: None,
        span: Span::default(),
    }
}

/// Counts of instructions over some calls.
#[derive(Default)]
struct Executed {
    calls: u32,
    sum: usize,
    max: usize,
    wrong: usize,
}

impl Executed {
    fn add(&mut self, (is_allowed, executed): (bool, usize), want: bool) {
        self.calls += 1;
        self.sum += executed;
        self.max = self.max.max(executed);
        self.wrong += usize::from(is_allowed != want);
    }

    fn mean(&self) -> String {
        if self.calls == 0 {
            return String::new();
        }
        let sum = u32::try_from(self.sum).expect("a few instructions for each of a few calls");
        format!("{:.2}", f64::from(sum) / f64::from(self.calls))
    }

    fn mean_and_max(&self) -> String {
        match self.calls {
            0 => String::new(),
            _ => format!("{} ({})", self.mean(), self.max),
        }
    }
}
