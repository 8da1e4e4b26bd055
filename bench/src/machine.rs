//! A program in the compiler's simulator, and counts of what it runs.

use libc::sock_filter;
use seccomptime_compiler::Arch;
use seccomptime_compiler::action::Verb;
use seccomptime_compiler::arch::X32_BIT;
use seccomptime_compiler::bpf::{Constant, Instruction, RET_K};
use seccomptime_compiler::policy::Action;
use seccomptime_compiler::sim::{self, Call};
use seccomptime_compiler::token::Span;

/// A program in the simulator's terms.
pub struct Machine {
    program: Vec<Instruction>,
    arch: &'static Arch,
}

impl Machine {
    pub fn new(program: &[sock_filter]) -> Machine {
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
            arch: arch("x86_64"),
        }
    }

    /// Whether the call is allowed, and the number of instructions that it takes to find out.
    pub fn run(&self, nr: u32, args: [u64; 6]) -> (bool, usize) {
        let (verb, executed) = self.decide(self.arch.audit, nr, args);
        (verb == Verb::Allow, executed)
    }

    /// What becomes of `read` through i386 and through x32.
    pub fn foreign(&self) -> [&'static str; 2] {
        let number = |call: libc::c_long| u32::try_from(call).expect("a number of 32 bits");
        let read = number(libc::SYS_read);
        [
            (arch("i686").audit, read),
            (self.arch.audit, read | X32_BIT),
        ]
        .map(|(audit, number)| self.decide(audit, number, [0; 6]).0.name())
    }

    fn decide(&self, arch: u32, nr: u32, args: [u64; 6]) -> (Verb, usize) {
        let call = Call {
            nr,
            arch,
            args,
            ..Call::default()
        };
        let run = sim::run(&self.program, &call, self.arch.big_endian);
        let run = run.expect("a program of instructions that the simulator knows");
        (run.action.verb, run.executed)
    }
}

fn arch(name: &str) -> &'static Arch {
    Arch::from_name(name).expect("an arch of the compiler")
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
pub struct Executed {
    calls: u32,
    sum: u32,
    min: Option<u32>,
    max: u32,
    pub wrong: usize,
}

impl Executed {
    pub fn add(&mut self, (is_allowed, executed): (bool, usize), want: bool) {
        let executed = u32::try_from(executed).expect("a few instructions for each call");
        self.calls += 1;
        self.sum += executed;
        self.min = Some(self.min.map_or(executed, |min| min.min(executed)));
        self.max = self.max.max(executed);
        self.wrong += usize::from(is_allowed != want);
    }

    /// The mean, where there was a call.
    pub fn mean(&self) -> Option<f64> {
        (self.calls > 0).then(|| f64::from(self.sum) / f64::from(self.calls))
    }

    /// Min, mean and max.
    pub fn cell(&self) -> String {
        match (self.min, self.mean()) {
            (Some(min), Some(mean)) => format!("{min} / {mean:.2} / {}", self.max),
            _ => String::new(),
        }
    }
}
