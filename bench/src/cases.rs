//! Policies of every size.

use std::fmt::Write as _;

use seccomptime_compiler::Arch;
use seccomptime_compiler::argument::{locate, names};
use seccomptime_compiler::data::{SYSCALLS, Syscall, Table};

use crate::stages::length;

/// Lengths of programs, counts of conditional rules, lengths of lists.
pub const PROGRAMS: [usize; 7] = [10, 30, 100, 300, 1000, 2000, 4000];
pub const RULES: [usize; 6] = [1, 5, 10, 50, 100, 500];
pub const LISTS: [usize; 5] = [10, 30, 100, 300, 1000];

/// A policy, and the constants that it wants to have beside it.
#[derive(Default)]
pub struct Case {
    /// How large it is, in what is counted.
    pub n: usize,
    pub policy: String,
    pub constants: String,
}

impl Case {
    /// A program with the policy, if there is one.
    pub fn program(&self) -> String {
        let policy = match &self.policy[..] {
            "" => String::new(),
            policy => {
                format!("static POLICY: seccomptime::Policy = seccomptime::policy!({policy});\n")
            }
        };
        let constants = &self.constants;
        format!("use seccomptime as _;\n{constants}#[allow(dead_code)]\n{policy}\nfn main() {{}}\n")
    }
}

/// What all of them say: they never run.
const REST: &str = "default = errno(EPERM), waive(no_exit: \"never run\")";

/// The longest program of at most `most` instructions.
pub fn program(most: usize) -> Case {
    // No rule takes less than one instruction.
    let (mut fits, mut too_many) = (1, most);
    while fits + 1 < too_many {
        let middle = usize::midpoint(fits, too_many);
        match length(&numbers(middle)) {
            Some(length) if length <= most => fits = middle,
            _ => too_many = middle,
        }
    }
    let policy = numbers(fits);
    Case {
        n: length(&policy).expect("a program that fits"),
        policy,
        constants: String::new(),
    }
}

/// The first program that is too long.
pub fn too_long() -> Case {
    let (mut fits, mut too_many) = (1, 2 * PROGRAMS[PROGRAMS.len() - 1]);
    while fits + 1 < too_many {
        let middle = usize::midpoint(fits, too_many);
        match length(&numbers(middle)) {
            Some(_) => fits = middle,
            None => too_many = middle,
        }
    }
    Case {
        n: too_many,
        policy: numbers(too_many),
        constants: String::new(),
    }
}

/// A policy with rules for numbers that can't be merged: three errnos in turn, and nothing between two of them.
fn numbers(rules: usize) -> String {
    /// Above all that the kernel has.
    const FIRST: usize = 1000;
    const ERRNOS: [&str; 3] = ["EACCES", "EBUSY", "EIO"];
    let mut policy = String::new();
    for (turn, errno) in ERRNOS.iter().enumerate().take(rules) {
        let mine = (turn..rules).step_by(ERRNOS.len());
        let mine: Vec<String> = mine
            .map(|i| format!("syscall({})", FIRST + 2 * i))
            .collect();
        let _ = write!(policy, "errno({errno}: {}), ", mine.join(", "));
    }
    policy + REST
}

/// The first argument of a call's that is a number.
fn value_of(call: &'static Syscall) -> Option<&'static str> {
    let arch = Arch::from_name("x86_64").expect("an arch of the compiler");
    call.nr_on(Table::X86_64)?;
    let is_value =
        |name: &&str| locate(Some(call), name, arch).is_ok_and(|argument| !argument.ty.pointer);
    names(call).into_iter().find(is_value)
}

/// What the conditions of [`many`] compare with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// A figure.
    Figure,
    /// A constant of the user's.
    Constant,
    /// Six figures.
    Figures,
    /// Six constants.
    Constants,
}

/// How many rules [`many`] has, and how many of them have conditions, where any have.
pub const MANY: usize = 400;
pub const CONDITIONS: usize = 50;

/// A policy whose rules can't be merged.
pub fn many(compared: Option<Compared>) -> Case {
    const ERRNOS: [&str; 3] = ["EACCES", "EBUSY", "EIO"];
    const LIST: usize = 6;
    let mut conditioned = Vec::new();
    let mut denied = [const { Vec::new() }; ERRNOS.len()];
    for (i, call) in SYSCALLS.iter().take(MANY).enumerate() {
        let turn = conditioned.len();
        let list = |value: fn(usize) -> String| {
            let values = turn * LIST..(turn + 1) * LIST;
            let values: Vec<String> = values.map(value).collect();
            format!("in [{}]", values.join(", "))
        };
        let condition = compared.map(|compared| match compared {
            Compared::Figure => format!("== {}", number(turn)),
            Compared::Constant => format!("== VALUE_{turn}"),
            Compared::Figures => list(|i| number(i).to_string()),
            Compared::Constants => list(|i| format!("VALUE_{i}")),
        });
        match (condition, value_of(call)) {
            (Some(condition), Some(argument)) if conditioned.len() < CONDITIONS => {
                conditioned.push(format!("{}({argument} {condition})", call.name));
            }
            _ => denied[i % ERRNOS.len()].push(call.name),
        }
    }
    let mut policy = String::new();
    if !conditioned.is_empty() {
        let _ = write!(policy, "allow({}), ", conditioned.join(", "));
    }
    for (errno, calls) in ERRNOS.iter().zip(denied) {
        let _ = write!(policy, "errno({errno}: {}), ", calls.join(", "));
    }
    let constants = match compared {
        Some(Compared::Constant) => constants("VALUE", CONDITIONS),
        Some(Compared::Constants) => constants("VALUE", CONDITIONS * LIST),
        _ => String::new(),
    };
    // Hardly anything is allowed, so that nothing is dangerous; that it denies what no filter sees is all that is to be waived.
    policy += "waive(vdso: \"never run\"), ";
    Case {
        n: MANY,
        policy: policy + REST,
        constants,
    }
}

/// A policy with this many conditional rules.
pub fn rules(count: usize) -> Case {
    // Such a condition leaves these dangerous, whatever it compares with.
    let is_safe = |call: &&Syscall| call.name != "ioctl" && !call.name.starts_with("io_uring");
    let with_value = |call: &'static Syscall| Some((call.name, value_of(call)?));
    let calls = SYSCALLS.iter().filter(is_safe).filter_map(with_value);
    let calls: Vec<_> = calls.collect();
    let rules = calls.iter().cycle().take(count).enumerate();
    let rules: Vec<String> = rules
        .map(|(i, (call, argument))| format!("{call}({argument} == RULE_{i})"))
        .collect();
    Case {
        n: count,
        policy: format!("allow({}), {REST}", rules.join(", ")),
        constants: constants("RULE", count),
    }
}

/// A policy with one list of this many values.
pub fn list(count: usize, by_name: bool) -> Case {
    let value = |i| match by_name {
        true => format!("VALUE_{i}"),
        false => number(i).to_string(),
    };
    let values: Vec<String> = (0..count).map(value).collect();
    Case {
        n: count,
        policy: format!("allow(ioctl(cmd in [{}])), {REST}", values.join(", ")),
        constants: match by_name {
            true => constants("VALUE", count),
            false => String::new(),
        },
    }
}

/// Values that are no neighbours, which would become ranges.
fn number(i: usize) -> usize {
    3 * i + 1
}

fn constants(prefix: &str, count: usize) -> String {
    let line = |i| format!("const {prefix}_{i}: u16 = {};\n", number(i));
    (0..count).map(line).collect()
}
