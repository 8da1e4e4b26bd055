//! How good the programs are: the policies that the bench measures beside other libraries, on x86_64, in the simulator.
//!
//! The bounds are the best that is known for programs of their kind; whoever gets below them writes the better ones down.

use std::fs;
use std::path::Path;

use seccomptime_compiler::arch::Arch;
use seccomptime_compiler::data::{Table, syscall};
use seccomptime_compiler::plain::{Plain, executed};
use seccomptime_compiler::policy::Target;
use seccomptime_compiler::sim::Call;
use seccomptime_tests::stages::{draft, linked, parsed};

/// `d.policy`'s conditions: a call, the argument, values that pass, values that don't.
const CONDITIONS: [(&str, usize, &[u64], &[u64]); 6] = [
    ("socket", 0, &[1, 2], &NEITHER),
    (
        "ioctl",
        1,
        &[0x5401, 0x5413, 0x541b, 0x5421, 0x5451],
        &NEITHER,
    ),
    ("fcntl", 1, &[1, 2, 3, 4, 1030], &NEITHER),
    ("prctl", 0, &[3, 15, 16, 38], &NEITHER),
    ("mmap", 2, &[0, !4], &[4]),
    (
        "clone",
        0,
        &[0, !0x7e02_0000],
        &[
            0x0002_0000,
            0x0200_0000,
            0x0400_0000,
            0x0800_0000,
            0x1000_0000,
            0x2000_0000,
            0x4000_0000,
        ],
    ),
];
/// What the policies name, in numbers: asm-generic/errno-base.h, linux/socket.h, asm-generic/ioctls.h, linux/fcntl.h, linux/prctl.h,
/// asm-generic/mman-common.h.
const NAMES: [(&str, &str); 18] = [
    ("EPERM", "1"),
    ("AF_UNIX", "1"),
    ("AF_INET", "2"),
    ("TCGETS", "0x5401"),
    ("TIOCGWINSZ", "0x5413"),
    ("FIONREAD", "0x541b"),
    ("FIONBIO", "0x5421"),
    ("FIOCLEX", "0x5451"),
    ("F_GETFD", "1"),
    ("F_SETFD", "2"),
    ("F_GETFL", "3"),
    ("F_SETFL", "4"),
    ("F_DUPFD_CLOEXEC", "1030"),
    ("PR_GET_DUMPABLE", "3"),
    ("PR_SET_NAME", "15"),
    ("PR_GET_NAME", "16"),
    ("PR_SET_NO_NEW_PRIVS", "38"),
    ("PROT_EXEC", "4"),
];
/// What the bench adds to its files: the actions that other libraries have for all that isn't allowed.
const DEFAULTS: &str = "default = errno(1), foreign = errno(1), unknown = errno(1)";
const NEITHER: [u64; 2] = [0x7fff_ffff, 0x7000_0000];

/// A program, and the calls that the policy allows by number alone.
struct Measured {
    program: Vec<Plain>,
    arch: &'static Arch,
    allowed: Vec<u32>,
}

fn number(name: &str) -> u32 {
    let call = syscall(name).expect("a call");
    call.nr_on(Table::X86_64).expect("a call of x86_64")
}

fn measured(name: &str, settings: &str) -> Measured {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench/policies");
    let mut text = fs::read_to_string(folder.join(name).with_extension("policy")).unwrap();
    for (name, number) in NAMES {
        text = text.replace(name, number);
    }
    let policy = parsed(&format!("{text}, {DEFAULTS}, {settings}"));
    let arch = Arch::from_name("x86_64").unwrap();
    let by_number = policy
        .rules
        .iter()
        .filter(|rule| rule.pattern.condition.is_none());
    let allowed = by_number.map(|rule| match &rule.pattern.target {
        Target::Name(name) => number(&name.text),
        _ => panic!("{name} has a rule that isn't one call"),
    });
    Measured {
        allowed: allowed.collect(),
        program: linked(&draft(&policy, arch, false).expect("a program")),
        arch,
    }
}

impl Measured {
    fn length(&self) -> usize {
        self.program.len()
    }

    fn executed(&self, nr: u32, args: [u64; 6]) -> f64 {
        let call = Call {
            nr,
            arch: self.arch.audit,
            args,
            ..Call::default()
        };
        let count = executed(&self.program, &call, self.arch.big_endian).expect("a return");
        f64::from(u32::try_from(count).unwrap())
    }

    fn by_name(&self, name: &str) -> f64 {
        self.executed(number(name), [0; 6])
    }

    fn allowed(&self) -> f64 {
        mean(self.allowed.iter().map(|nr| self.executed(*nr, [0; 6])))
    }

    fn by_argument(&self) -> f64 {
        mean(CONDITIONS.iter().flat_map(|(call, place, good, bad)| {
            good.iter().chain(*bad).map(|value| {
                let mut args = [0; 6];
                args[*place] = *value;
                self.executed(number(call), args)
            })
        }))
    }
}

fn mean(counts: impl Iterator<Item = f64>) -> f64 {
    let counts: Vec<f64> = counts.collect();
    let count = u32::try_from(counts.len()).unwrap();
    counts.iter().sum::<f64>() / f64::from(count)
}

#[test]
fn the_smallest() {
    for (name, length, allowed) in [
        ("a", 6, 5.0),
        ("b", 42, 9.04),
        ("c", 48, 9.95),
        ("d", 68, 9.7),
    ] {
        let program = measured(name, "optimize = size");
        assert_eq!(program.length(), length, "{name}");
        assert!(
            program.allowed() <= allowed,
            "{name}: {}",
            program.allowed()
        );
    }
    let by_argument = measured("d", "optimize = size").by_argument();
    assert!(by_argument <= 11.4, "{by_argument}");
}

#[test]
fn the_fastest() {
    for (name, length, allowed) in [
        ("a", 6, 5.0),
        ("b", 47, 8.63),
        ("c", 53, 8.785),
        ("d", 71, 9.22),
    ] {
        let program = measured(name, "optimize = speed");
        assert!(program.length() <= length, "{name}: {}", program.length());
        assert!(
            program.allowed() <= allowed,
            "{name}: {}",
            program.allowed()
        );
    }
    let by_argument = measured("d", "optimize = speed").by_argument();
    assert!(by_argument <= 11.5, "{by_argument}");
}

#[test]
fn hot_calls_are_near() {
    for mode in ["speed", "size"] {
        let settings = format!("optimize = {mode}");
        let plain = measured("b", &settings);
        let hot = measured("b", &format!("{settings}, hot(futex, epoll_wait, statx)"));
        for call in ["futex", "epoll_wait", "statx"] {
            let (before, after) = (plain.by_name(call), hot.by_name(call));
            assert!(after < before, "{mode}, {call}: {before}, then {after}");
        }
        if mode == "size" {
            assert_eq!(hot.length(), plain.length());
        }
    }
    // What the policy denies may be hot too.
    let (plain, hot) = (
        measured("b", "optimize = speed"),
        measured("b", "hot(getuid)"),
    );
    assert!(hot.by_name("getuid") < plain.by_name("getuid"));
    // A set is all that it holds.
    let (by_set, by_name) = (
        measured("b", "hot(@chown - chown)"),
        measured("b", "hot(fchown, fchownat, lchown)"),
    );
    assert_eq!(by_set.program, by_name.program);
}
