//! Policies to make programs of: written by hand, at random, and of parts.

use seccomptime_compiler::arch::{ARCHES, Arch};
use seccomptime_compiler::data::SYSCALLS;

use crate::random::{Choices, Machine, policy};
use crate::values::Random;

/// A policy's text, and an arch.
#[derive(Clone, Debug)]
pub struct Case {
    /// The text.
    pub text: String,
    /// The arch.
    pub arch: &'static Arch,
}

/// Policies written by hand.
const WHOLE: [&str; 9] = [
    include_str!("../golden/hello.policy"),
    include_str!("../golden/every-verb.policy"),
    include_str!("../golden/deny-list.policy"),
    include_str!("../golden/conditions.policy"),
    include_str!("../golden/filter.policy"),
    // Two values of one verb, kept apart by two values of an argument.
    "allow(read), errno(1: socket(family == K0)), errno(2: socket(family == K1)), default = trap(7)",
    // What x32 calls get where unknown numbers are let through.
    "allow(read, write), log(getpid), default = log, unknown = log, foreign = errno(3)",
    "allow(read), trace(1: syscall(511)), log(syscall(548)), default = allow, foreign = allow, unknown = allow",
    "kill_thread(read), notify(write), errno(5: syscall(4000), close), default = kill_thread, unknown = trap(1), baseline = \"5.4\"",
];

/// Conditions of every kind. `$` is a value by name, `$20` are 20 of them.
const PARTS: [&str; 42] = [
    "ioctl(cmd == $)",
    "ioctl(cmd == $, fd != $)",
    "ioctl(cmd in [$3])",
    "ioctl(cmd in [$24])",
    "ioctl(!(cmd in [$21]), fd == $)",
    "ioctl(cmd in [$20] || fd in [$20])",
    "socket(family == $ || family == $, type & $ == $)",
    "socket(family != $, protocol == 0)",
    "mmap(prot & $ == 0)",
    "mprotect(prot & $ == $)",
    "prctl(arg2 & $ == 0)",
    "prctl(arg2 & $ == 0, option == $)",
    "prctl(arg2 & $ == $)",
    "prctl(arg3 & $ != $, option != $)",
    "prctl(arg2 & $ in [$2])",
    "prctl(arg2 & $ < $)",
    "prctl(arg2 == $)",
    "prctl(arg2 in [$3])",
    "prctl(arg2 as i64 >= $)",
    "prctl(arg2 as u32 == $)",
    "prctl(arg3 as i32 < $)",
    "kill(sig in $..=$, pid > $)",
    "kill(pid <= $)",
    "kill(pid >= $ && pid < $ || sig == 0)",
    "lseek(offset < $)",
    "lseek(offset >= $, whence != $)",
    "lseek(offset in $..=$)",
    "read(count > $)",
    "read(count <= $, fd == $)",
    "read(count in $..=$)",
    "read(fd as u32 > $)",
    "read(buf != 0)",
    "read((fd == $ || fd == $) && !(count > $))",
    "fchmod(mode == $)",
    "fchmod(mode & $ == $)",
    "fchmod(mode & $ == 0, fd > $)",
    "fchmod(mode < $)",
    "fchmod(mode in [$22])",
    "unshare(arg0 & $ == 0)",
    "pread64(count < $, fd == $)",
    "fallocate(arg1 in [$20])",
    "personality(arg0 == $ || arg0 & $ == $)",
];

const GROUPS: [&str; 8] = [
    "allow(",
    "log(",
    "errno(13: ",
    "trap(5: ",
    "kill_process(",
    "kill_thread(",
    "trace(7: ",
    "notify(",
];

const DEFAULTS: [&str; 6] = [
    "kill_process",
    "log",
    "allow",
    "errno(1)",
    "trap(9)",
    "trace(3)",
];

/// How many choices a policy at random takes at most.
const CHOICES: usize = 400;

/// Each kind of condition in a policy of its own, for one arch.
pub fn single(arch: &'static Arch) -> impl Iterator<Item = Case> {
    PARTS.iter().map(move |part| {
        let condition = named(part, &mut 0, &mut Random::new(0));
        Case {
            text: format!("allow({condition})"),
            arch,
        }
    })
}

/// The `index`-th policy: one of each kind in turn.
pub fn case(index: usize) -> Case {
    let mut random = Random::new(u64::try_from(index).expect("64 bits"));
    let round = index / KINDS.len();
    let text = |arch: &'static Arch, random: &mut Random| match KINDS[index % KINDS.len()] {
        From::Whole => WHOLE[round % WHOLE.len()].to_owned(),
        From::Numbers => numbers(random, arch),
        From::Parts => parts(random),
        From::Choices => {
            let choices: Vec<u32> = (0..CHOICES).map(|_| random.word()).collect();
            policy(&mut Choices::new(&choices), arch, Machine::Kernel).0
        }
    };
    let arch = &ARCHES[(index + round) % ARCHES.len()];
    Case {
        text: text(arch, &mut random),
        arch,
    }
}

#[derive(Clone, Copy)]
enum From {
    Whole,
    Numbers,
    Parts,
    Choices,
}

/// What comes in turn.
const KINDS: [From; 6] = [
    From::Parts,
    From::Numbers,
    From::Parts,
    From::Choices,
    From::Parts,
    From::Whole,
];

/// Rules without conditions: few, or more than half of a table.
fn numbers(random: &mut Random, arch: &Arch) -> String {
    let there: Vec<&str> = SYSCALLS
        .iter()
        .filter(|call| call.nr_on(arch.table).is_some())
        .map(|call| call.name)
        .collect();
    let count = random.one(&[1, 2, 5, 12, 30, 60, 250]);
    let verbs = random.one(&[1, 1, 2, 4, 8]);
    let mut groups = vec![Vec::new(); verbs];
    let mut at = random.below(there.len());
    for _ in 0..count {
        // Neighbours in the order of names, with gaps.
        at = (at + 1 + random.below(4)) % there.len();
        let group = random.below(verbs);
        groups[group].push(there[at]);
    }
    written(random, groups)
}

/// One to three rules with conditions, and some without.
fn parts(random: &mut Random) -> String {
    let mut groups = vec![Vec::new(); GROUPS.len()];
    let mut value = 0;
    let conditions: Vec<String> = (0..1 + random.below(3))
        .map(|_| named(random.one(&PARTS), &mut value, random))
        .collect();
    for condition in &conditions {
        let group = random.below(groups.len());
        groups[group].push(condition.as_str());
    }
    for call in ["close", "getpid", "brk", "uname"] {
        if random.below(2) == 0 {
            let group = random.below(groups.len());
            groups[group].push(call);
        }
    }
    written(random, groups)
}

/// A part, its values with names of their own, or now and then with one that another value has too.
fn named(part: &str, value: &mut usize, random: &mut Random) -> String {
    let mut text = String::new();
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('$') {
        text += before;
        let end = after
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(after.len());
        let count = after[..end].parse().unwrap_or(1);
        let names: Vec<String> = (0..count)
            .map(|_| {
                *value += 1;
                let again = count == 1 && random.below(8) == 0;
                format!("K{}", if again { random.below(*value) } else { *value })
            })
            .collect();
        text += &names.join(", ");
        rest = &after[end..];
    }
    text + rest
}

fn written(random: &mut Random, groups: Vec<Vec<&str>>) -> String {
    let begin = random.below(GROUPS.len());
    let verbs = GROUPS.iter().cycle().skip(begin);
    let mut entries: Vec<String> = verbs
        .zip(groups)
        .filter(|(_, rules)| !rules.is_empty())
        .map(|(verb, rules)| format!("{verb}{})", rules.join(", ")))
        .collect();
    for setting in ["default", "foreign", "unknown"] {
        if random.below(3) > 0 {
            entries.push(format!("{setting} = {}", random.one(&DEFAULTS)));
        }
    }
    if random.below(2) == 0 {
        entries.push("optimize = size".to_owned());
    }
    entries.join(", ")
}
