//! The policies that are measured: their programs, and their rules as the peers take them.

use seccomptime::{Policy, policy};
use seccomptime_compiler::data::{Table, syscall};
use seccomptime_compiler::diagnostic::Report;
use seccomptime_compiler::lex::lex;
use seccomptime_compiler::parse::parse;
use seccomptime_compiler::policy::Target;

/// What the peers have for all that isn't allowed.
const DENY: &str = "default = errno(EPERM), foreign = errno(EPERM), unknown = errno(EPERM), \
                    waive(no_fallback: \"as other libraries have it\")";

/// A policy of `policies/`.
pub struct Source {
    pub name: &'static str,
    pub text: &'static str,
    /// The program for `optimize = size`.
    pub size: Policy,
    /// The program for `optimize = speed`.
    pub speed: Policy,
    /// The same, but for calls of other ABIs, which it kills for.
    pub kill: Policy,
}

macro_rules! source {
    ($name:literal, $path:literal) => {
        Source {
            name: $name,
            text: include_str!(concat!("../", $path)),
            size: policy!(
                include = $path,
                optimize = size,
                default = errno(EPERM),
                foreign = errno(EPERM),
                unknown = errno(EPERM),
                waive(no_fallback: "as other libraries have it")
            ),
            speed: policy!(
                include = $path,
                default = errno(EPERM),
                foreign = errno(EPERM),
                unknown = errno(EPERM),
                waive(no_fallback: "as other libraries have it")
            ),
            kill: policy!(
                include = $path,
                default = errno(EPERM),
                foreign = kill_process,
                unknown = errno(EPERM),
                waive(no_fallback: "as other libraries have it")
            ),
        }
    };
}

pub static POLICIES: [Source; 4] = [
    source!("a", "policies/a.policy"),
    source!("b", "policies/b.policy"),
    source!("c", "policies/c.policy"),
    source!("d", "policies/d.policy"),
];

/// What a policy allows; all else is `errno(EPERM)`.
pub struct Rules {
    /// The calls that are allowed whatever their arguments are.
    pub numbers: Vec<u32>,
    pub conditions: Vec<Condition>,
}

/// A call that is allowed by one argument.
#[derive(Clone, Copy)]
pub struct Condition {
    pub number: u32,
    pub argument: u8,
    pub test: Test,
}

/// When an argument is good.
#[derive(Clone, Copy)]
pub enum Test {
    /// Its 32 bits are one of these.
    OneOf(&'static [u64]),
    /// None of its 64 bits is one of these.
    NoneOf(u64),
}

impl Test {
    /// Arguments that pass: all that there are, or those with no bit and with all other bits.
    pub fn passing(self) -> Vec<u64> {
        match self {
            Test::OneOf(values) => values.to_vec(),
            Test::NoneOf(mask) => vec![0, !mask],
        }
    }

    /// Arguments that fail: above and below all that pass, or each bit alone.
    pub fn failing(self) -> Vec<u64> {
        match self {
            Test::OneOf(_) => vec![0x7fff_ffff, 0x7000_0000],
            Test::NoneOf(mask) => (0..u64::BITS)
                .map(|bit| 1 << bit)
                .filter(|bit| mask & bit != 0)
                .collect(),
        }
    }
}

/// The conditions of `d.policy` in numbers.
const CONDITIONS: [(&str, u8, Test); 6] = [
    // AF_UNIX, AF_INET: linux/socket.h.
    ("socket", 0, Test::OneOf(&[1, 2])),
    // TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX: asm-generic/ioctls.h.
    (
        "ioctl",
        1,
        Test::OneOf(&[0x5401, 0x5413, 0x541b, 0x5421, 0x5451]),
    ),
    // F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC: linux/fcntl.h.
    ("fcntl", 1, Test::OneOf(&[1, 2, 3, 4, 1030])),
    // PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_SET_NO_NEW_PRIVS: linux/prctl.h.
    ("prctl", 0, Test::OneOf(&[3, 15, 16, 38])),
    // PROT_EXEC: asm-generic/mman-common.h.
    ("mmap", 2, Test::NoneOf(4)),
    // The namespaces: linux/sched.h.
    ("clone", 0, Test::NoneOf(0x7e02_0000)),
];

impl Source {
    /// The whole policy, as it is written in a program.
    pub fn written(&self) -> String {
        format!("{}, {DENY}", self.text.trim_end().trim_end_matches(','))
    }

    /// The names of the calls, and whether each has a condition, as read by the compiler's own parser.
    pub fn calls(&self) -> Vec<(String, bool)> {
        let tokens = lex(self.text, 0).expect("the text of a policy").tokens;
        let rules = parse(&tokens, &mut Report::default()).rules;
        let calls = rules.into_iter().map(|rule| match rule.pattern.target {
            Target::Name(name) => (name.text, rule.pattern.condition.is_some()),
            _ => panic!("policy {} has a rule that isn't one call", self.name),
        });
        calls.collect()
    }

    /// The rules in numbers.
    pub fn rules(&self) -> Rules {
        let mut rules = Rules {
            numbers: Vec::new(),
            conditions: Vec::new(),
        };
        for (name, is_conditioned) in self.calls() {
            let number = syscall(&name)
                .and_then(|call| call.nr_on(Table::X86_64))
                .unwrap_or_else(|| panic!("no number for {name}"));
            if !is_conditioned {
                rules.numbers.push(number);
                continue;
            }
            let known = CONDITIONS.iter().find(|(call, ..)| *call == name);
            let &(_, argument, test) =
                known.unwrap_or_else(|| panic!("an unknown condition on {name}"));
            rules.conditions.push(Condition {
                number,
                argument,
                test,
            });
        }
        rules
    }
}

/// The policy with this name.
pub fn named(name: &str) -> &'static Source {
    POLICIES
        .iter()
        .find(|policy| policy.name == name)
        .unwrap_or_else(|| panic!("no policy {name}"))
}
